"""Modules that declare a component, one well and the others each with a fault."""
