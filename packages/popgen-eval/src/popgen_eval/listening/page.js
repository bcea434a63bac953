"use strict";
// One listener's way through the test. What is heard is named by words that say nothing; the key lies elsewhere.
const test = JSON.parse(document.getElementById("test").textContent);
const at = id => document.getElementById(id);
const served = location.protocol.startsWith("http");
const CHOICES = [["A", "Clip A"], ["B", "Clip B"], ["none", "No preference"]];
const SCALES = [
  ["r_coh", "Coherence", "falls apart", "hangs together"],
  ["r_inter", "Interplay of the instruments", "each for itself", "one band"],
  ["r_quality", "Overall quality", "bad", "excellent"],
  ["r_pop", "Pop authenticity", "not like pop", "real pop"],
];
let state = null;   // {listener, session, answers: [...]}: all that is stored
let players = {};   // A and B of the trial on the screen
let shown = 0;      // when that trial was shown

// ---- what is kept, so that a reload or a closed window loses nothing
const place = listener => `popgen-listen-${test.test}-${listener}`;
function load(listener) {
  try {
    const kept = JSON.parse(localStorage.getItem(place(listener)));
    if (kept && kept.answers.length <= test.listeners[listener].length) return kept;
  } catch { /* nothing kept, or storage is switched off */ }
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return {listener, session: [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join(""), answers: []};
}
function keep() {
  try { localStorage.setItem(place(state.listener), JSON.stringify(state)); } catch { /* goes on without */ }
}

// ---- a clip that is played from start to end; nobody can jump forward
class Player {
  constructor(name, file) {
    Object.assign(this, {name, heard: false, played: 0, last: 0, wall: performance.now(), furthest: 0});
    this.button = at(`play-${name}`);
    this.sound = new Audio(`clips/${file}`);
    this.sound.preload = "auto";
    const on = (event, action) => this.sound.addEventListener(event, action);
    on("timeupdate", () => this.move());
    on("seeking", () => { if (this.sound.currentTime > this.furthest + 0.25) this.sound.currentTime = this.furthest; });
    on("ratechange", () => { if (this.sound.playbackRate !== 1) this.sound.playbackRate = 1; });
    on("playing", () => { this.last = this.sound.currentTime; this.wall = performance.now(); this.show(); });
    on("pause", () => this.show());
    on("ended", () => this.end());
    on("error", () => this.fail());
    this.button.onclick = () => this.toggle();
    this.show();
  }
  move() {  // counts only what went by in real time
    if (this.stopped) return;
    const now = this.sound.currentTime, wall = performance.now(), step = now - this.last;
    if (step > 0 && step * 1000 <= (wall - this.wall) * 1.1 + 300) {
      this.played += step;
      this.furthest = Math.max(this.furthest, now);
    }
    this.last = now;
    this.wall = wall;
    at(`bar-${this.name}`).value = now / (this.sound.duration || test.seconds);
  }
  toggle() {
    if (!this.sound.paused) return this.sound.pause();
    for (const other of Object.values(players)) if (other !== this) other.sound.pause();
    this.sound.play().catch(() => this.fail());
  }
  end() {
    this.move();
    if (this.stopped || this.played < 0.9 * this.sound.duration) return this.show();
    if (!this.heard) {
      this.heard = true;
      const both = Object.values(players).every(player => player.heard);
      say(both ? "Both clips are heard: please answer the questions." : `Clip ${this.name} is heard.`);
      if (both) at("questions").disabled = false;
    }
    this.show();
  }
  fail() {
    if (this.sound.error && !this.stopped) say(`Clip ${this.name} cannot be played. Please tell whoever sent you this test.`);
  }
  show() {
    if (this.stopped) return;  // its last events come when the next pair is on the screen already
    const playing = !this.sound.paused && !this.sound.ended;
    const begun = this.sound.currentTime > 0 && !this.sound.ended;
    const verb = playing ? "Pause" : begun ? "Go on" : "Play";
    const named = Object.assign(document.createElement("span"), {className: "named", textContent: ` ${begun && !playing ? "with " : ""}clip ${this.name}`});
    this.button.replaceChildren(verb, named, this.heard && !playing && !begun ? " again" : "");
    at(`state-${this.name}`).textContent = playing ? "playing …" : this.heard ? "✓ heard to the end" : "not heard to the end yet";
    this.button.parentElement.classList.toggle("heard", this.heard);
  }
  stop() {
    this.stopped = true;
    this.button.onclick = null;
    this.sound.pause();
  }
}

// ---- the questions
function options(where, name, values) {
  at(where).replaceChildren(...values.map(([value, words, spoken]) => {
    const label = document.createElement("label"), input = document.createElement("input");
    Object.assign(input, {type: "radio", name, value});
    if (spoken) input.setAttribute("aria-label", spoken);
    label.append(input, words);
    return label;
  }));
}
function five(name, low, high) {
  const spoken = {1: `1, ${low}`, 5: `5, ${high}`};
  options(name, name, [1, 2, 3, 4, 5].map(value => [value, String(value), spoken[value]]));
  const ends = document.createElement("div");
  ends.className = "ends";
  ends.setAttribute("aria-hidden", "true");
  ends.append(...[`1 = ${low}`, `5 = ${high}`].map(words => Object.assign(document.createElement("span"), {textContent: words})));
  at(name).after(ends);
}
function questions() {
  options("choice", "choice", CHOICES);
  five("confidence", "not at all", "entirely");
  for (const [name, words, low, high] of SCALES) {
    const field = document.createElement("fieldset"), legend = document.createElement("legend");
    const row = Object.assign(document.createElement("div"), {id: name, className: "options"});
    legend.textContent = words;
    field.className = "scale";
    field.append(legend, row);
    at("scales").append(field);
    five(name, low, high);
  }
}

// ---- the way through
const say = words => { at("say").textContent = words; };
function only(id) {
  for (const section of document.querySelectorAll("main>section")) section.hidden = section.id !== id;
  scrollTo(0, 0);
}
function next() {
  const trials = test.listeners[state.listener], number = state.answers.length;
  for (const player of Object.values(players)) player.stop();
  if (number >= trials.length) return finish();
  const trial = trials[number];
  only("trial");
  at("answer").reset();
  at("gap").textContent = "";
  at("questions").disabled = true;
  at("trial-title").textContent = `Pair ${number + 1} of ${trials.length}`;
  Object.assign(at("done"), {max: trials.length, value: number});
  at("rate-title").textContent = `Now rate clip ${trial.rated} by itself`;
  at("next").textContent = number + 1 < trials.length ? "Next pair" : "Finish";
  const ask = (CHOICES.find(([value]) => value === trial.ask) || [])[1];
  at("told").hidden = !ask;
  at("told").textContent = ask ? `This pair checks that the instructions are read. Whatever you heard, please choose “${ask}” here.` : "";
  players = {A: new Player("A", trial.a), B: new Player("B", trial.b)};
  for (const name of "AB") at(`bar-${name}`).value = 0;
  say("Play both clips to the end; then the questions open.");
  shown = performance.now();
  at("trial-title").focus();
}
function submit(event) {
  event.preventDefault();
  if (!Object.values(players).every(player => player.heard)) return say("Please play both clips to the end first.");
  const given = new FormData(at("answer"));
  const missing = ["choice", "confidence", ...SCALES.map(([name]) => name)].find(name => !given.get(name));
  for (const field of document.querySelectorAll(".missing")) field.classList.remove("missing");
  if (missing) {
    const field = at(missing).closest("fieldset");
    at("gap").textContent = `One answer is missing: ${field.querySelector("legend").textContent}`;
    field.classList.add("missing");
    return field.querySelector("input").focus();
  }
  const trials = test.listeners[state.listener], order = state.answers.length + 1;
  const milliseconds = value => Math.round(value);
  state.answers.push([
    state.session, state.listener, trials[order - 1].trial, "", "", "", "", given.get("choice"), given.get("confidence"),
    ...SCALES.map(([name]) => given.get(name)), milliseconds(players.A.played * 1000), milliseconds(players.B.played * 1000),
    milliseconds(performance.now() - shown), order, "", test.version, test.test, trials[order - 1].rated,
  ]);
  keep();
  if (served) send();
  next();
}
const csv = () => [test.columns, ...state.answers].map(row => row.join(",") + "\r\n").join("");
async function send() {
  try {
    const answer = await fetch("answers", {method: "POST", headers: {"Content-Type": "text/csv"}, body: csv()});
    return answer.ok;
  } catch { return false; }
}
async function finish() {
  only("end");
  at("end-title").focus();
  const file = "Please download your answers and send the file to whoever gave you this test.";
  if (!served) { at("end-say").textContent = `You have answered all pairs. ${file}`; return; }
  at("end-say").textContent = "Your answers are being sent …";
  const arrived = await send();
  at("download").classList.toggle("spare", arrived);
  at("end-say").textContent = arrived
    ? "Your answers have arrived. You can close this page."
    : `Your answers could not be sent. ${file}`;
}
function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], {type: "text/csv"}));
  link.download = `answers-${String(state.listener).padStart(3, "0")}-${state.session}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
// ---- who comes back goes on, and is told where
const kept = listener => Object.hasOwn(test.listeners, listener) ? load(listener).answers.length : 0;
function goingOn(listener) {
  const number = kept(listener), all = number ? test.listeners[listener].length : 0;
  if (!number) return "";
  return number < all ? `You go on at pair ${number + 1} of ${all}.` : `You have answered all ${all} pairs.`;
}
function told() {
  Object.assign(at("start-note"), {textContent: goingOn(at("listener").value.trim()), className: "quiet"});
}
function begun() {  // the one listener who has begun on this device and not finished; none where there are several
  const found = Object.keys(test.listeners).filter(one => kept(one) && kept(one) < test.listeners[one].length);
  return found.length === 1 ? found[0] : "";
}
function start(event) {
  event.preventDefault();
  const listener = at("listener").value.trim();
  if (!Object.hasOwn(test.listeners, listener)) {
    Object.assign(at("start-note"), {textContent: `Please give your number, ${at("range").textContent}.`, className: "note"});
    return at("listener").focus();
  }
  const words = goingOn(listener);
  state = load(listener);
  next();
  if (words && !at("trial").hidden) say(`${words} Play both clips to the end; then the questions open.`);
}

const numbers = Object.keys(test.listeners).map(Number), each = test.listeners[numbers[0]].length;
at("how-many").textContent = each;
at("how-long").textContent = Math.max(1, Math.ceil(each * (2 * test.seconds + 15) / 60));
at("range").textContent = `a number from ${Math.min(...numbers)} to ${Math.max(...numbers)}`;
at("where-to").textContent = served
  ? "Your answers are sent after every pair to the computer that this page comes from."
  : "Your answers stay on this device until you send them.";
at("listener").value = new URLSearchParams(location.search).get("listener") || begun();
told();
at("listener").oninput = told;
questions();
at("start").onsubmit = start;
at("answer").onsubmit = submit;
at("download").onclick = download;
