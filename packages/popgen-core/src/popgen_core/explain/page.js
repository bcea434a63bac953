
{
const told=JSON.parse(document.getElementById("told").textContent);
const at=id=>document.getElementById(id),dark=matchMedia("(prefers-color-scheme: dark)");
const ink=name=>getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colour=group=>dark.matches&&told.colours[group]==="#4d4d4d"?"#b5b5b5":told.colours[group];
let chosen=told.chosen;

// chances as words, as popgen says them
function percent(chance){
 const share=chance*100;
 if(share>0&&share<.01)return "under\u00a00.01\u00a0%";
 if(share>=99.5&&share<100)return (Math.floor(share*100)/100).toFixed(2)+"\u00a0%";
 return share.toFixed(share>=10||share===0?0:share>=1?1:2)+"\u00a0%";
}
const bits=chance=>(-Math.log2(Math.max(chance,1e-300))+0).toFixed(1)+" bits";
const named=note=>`${told.groups[note.group]} ${note.tone}`;
const placed=note=>`bar ${note.bar}, beat ${+note.beat.toFixed(2)} (${note.seconds.toFixed(2)} s)`;
function barOf(frame){
 let found=told.bars.length?told.bars[0][0]-1:1;
 for(const [bar,line] of told.bars)if(frame>=Math.floor(line+.5))found=bar;
 return found;
}

// attention of a frame: each row's weights as they were packed; row r has heard what sounded up to frame start+r-1
const opened=new Map();
function attention(frame){
 const moment=told.moments[frame];
 if(!moment.attention)return null;
 if(!opened.has(frame)){
  const [layers,heads,rows]=moment.attention.shape,bytes=atob(moment.attention.weights);
  const weights=new Float32Array(bytes.length);
  for(let i=0;i<bytes.length;i++)weights[i]=(bytes.charCodeAt(i)/255)**2*moment.attention.peaks[Math.floor(i/rows)];
  opened.set(frame,{layers,heads,rows,weights});
 }
 return opened.get(frame);
}
function mean(heard,layers,heads){
 const found=new Float32Array(heard.rows);
 for(const layer of layers)for(const head of heads){
  const first=(layer*heard.heads+head)*heard.rows;
  for(let row=0;row<heard.rows;row++)found[row]+=heard.weights[first+row]/(layers.length*heads.length);
 }
 return found;
}
const upTo=count=>[...Array(count).keys()];
const picked=(id,count)=>at(id)&&at(id).value!=="all"?[+at(id).value]:upTo(count);
// the strips under the notes: what is chosen, then its layers or its heads, each by itself
function strips(heard){
 const layers=picked("layer",heard.layers),heads=picked("head",heard.heads);
 const whole={name:"selected",weights:mean(heard,layers,heads)};
 if(layers.length>1)return [whole,...layers.map(layer=>({name:`layer ${layer+1}`,weights:mean(heard,[layer],heads)}))];
 if(heads.length>1)return [whole,...heads.map(head=>({name:`head ${head+1}`,weights:mean(heard,layers,[head])}))];
 return [whole];
}

// the close-up: a lane a group, true pitches, the chosen bars
const LEFT=62,NAMES=16;
function element(name,attributes,inside){
 const made=document.createElementNS("http://www.w3.org/2000/svg",name);
 for(const key in attributes)made.setAttribute(key,attributes[key]);
 if(inside)made.append(inside);
 return made;
}
function lanes(){
 const found=[];
 told.groups.forEach((name,group)=>{
  const pitches=told.events.filter(([first,last,of])=>of===group&&last>=told.first).map(event=>event[3]);
  if(pitches.length)found.push({name,group,low:Math.min(...pitches)-2,high:Math.max(...pitches)+2});
 });
 return found;
}
let spots=[];
function drawClose(){
 const box=at("close"),width=Math.max(box.clientWidth,280),note=told.notes[chosen],all=lanes();
 const rows=all.reduce((sum,lane)=>sum+lane.high-lane.low+1,0),step=Math.max(3.2,Math.min(9,520/rows));
 const height=NAMES+all.reduce((sum,lane)=>sum+Math.max((lane.high-lane.low+1)*step,15)+5,0);
 const frames=told.stop-told.first,x=frame=>LEFT+(frame-told.first)*(width-LEFT-4)/frames;
 const svg=element("svg",{viewBox:`0 0 ${width} ${height}`,width,height,"aria-hidden":"true"});
 for(const line of told.beats)svg.append(element("path",{d:`M${x(line)} ${NAMES}V${height}`,stroke:ink("--beat")}));
 for(const [bar,line] of told.bars)if(line>=told.first-1){
  svg.append(element("path",{d:`M${x(line)} 4V${height}`,stroke:ink("--quiet"),"stroke-width":1}));
  if(line<told.stop-1)svg.append(element("text",{x:x(line)+4,y:12,"font-size":12},`bar ${bar}`));
 }
 spots=[];
 let y=NAMES;
 for(const lane of all){
  const tall=Math.max((lane.high-lane.low+1)*step,15),top=pitch=>y+(lane.high-pitch)*step;
  svg.append(element("path",{d:`M${LEFT} ${y+tall+2}H${width}`,stroke:ink("--line")}));
  svg.append(element("text",{x:2,y:y+tall/2+4,"font-size":12},lane.name));
  const cells=told.moments[note.frame].cells[lane.group];
  for(const [pitch,tone,chance,played] of cells)if(!played&&chance>=.01&&pitch>=lane.low&&pitch<=lane.high){
   const ghost=element("rect",{x:x(note.frame),y:top(pitch)+.5,width:Math.max(x(1)-x(0)-1,4),height:step-1,fill:colour(lane.group),
    "fill-opacity":(.15+.6*chance).toFixed(2),stroke:colour(lane.group),"stroke-width":.8});
   ghost.append(element("title",{},`${lane.name} ${tone} instead: ${percent(chance)}`));
   svg.append(ghost);
  }
  for(const [first,last,group,pitch] of told.events)if(group===lane.group&&last>=told.first){
   const from=Math.max(first,told.first),mine=group===note.group&&pitch===note.pitch&&first===note.frame;
   const later=first>note.frame;
   svg.append(element("rect",{x:x(from),y:top(pitch),width:Math.max(x(last+1)-x(from)-1,2.5),height:step,fill:colour(group),
    "fill-opacity":later?.28:1,...(mine?{stroke:"#e08a00","stroke-width":3}:{})}));
  }
  told.notes.forEach((one,number)=>{if(one.group===lane.group)spots.push([x(one.frame+.5),top(one.pitch)+step/2,number]);});
  y+=tall+5;
 }
 const here=x(note.frame);
 svg.append(element("path",{d:`M${here} ${NAMES}V${height}`,stroke:"#e08a00","stroke-width":1.5,"stroke-dasharray":"3 3"}));
 box.replaceChildren(svg);
}
at("close").onclick=event=>{
 const box=at("close").querySelector("svg").getBoundingClientRect(),x=event.clientX-box.left,y=event.clientY-box.top;
 let best=null,least=Infinity;
 for(const [left,top,number] of spots){
  const far=(left-x)**2+4*(top-y)**2;
  if(far<least){least=far;best=number;}
 }
 if(best!==null)choose(best);
};

// the past: all notes in view, attention behind them and in strips beneath
const ROLL=230,TOP=16,STRIP=13,RIGHT=132;
let drawn=null;
function drawPast(){
 const note=told.notes[chosen],heard=attention(note.frame),start=told.moments[note.frame].start;
 const made=heard?strips(heard):[],canvas=at("past"),box=canvas.parentElement;
 const width=Math.max(box.clientWidth,900),height=TOP+ROLL+(made.length?8+made.length*STRIP:0)+4,scale=devicePixelRatio||1;
 canvas.width=Math.round(width*scale);canvas.height=Math.round(height*scale);
 canvas.style.width=width+"px";canvas.style.height=height+"px";
 const pen=canvas.getContext("2d");pen.scale(scale,scale);pen.font="11px system-ui,sans-serif";
 const first=start-1,last=told.stop,step=(width-RIGHT)/(last-first),x=frame=>(frame-first)*step;
 const pitches=told.events.map(event=>event[3]),low=Math.min(...pitches)-1,high=Math.max(...pitches)+1;
 const tall=ROLL/(high-low+1),y=pitch=>TOP+(high-pitch)*tall,heat=ink("--heat");
 made.forEach((strip,number)=>{
  const top=TOP+ROLL+8+number*STRIP,most=Math.max(...strip.weights,1e-9);
  strip.weights.forEach((weight,row)=>{
   pen.fillStyle=`rgba(${heat},${(Math.sqrt(weight/most)*.95).toFixed(3)})`;
   pen.fillRect(x(first+row),top,step+.3,STRIP-2);
   if(!number){pen.fillStyle=`rgba(${heat},${(Math.sqrt(weight/most)*.55).toFixed(3)})`;pen.fillRect(x(first+row),TOP,step+.3,ROLL);}
  });
  pen.fillStyle=ink("--quiet");
  pen.fillText(`${strip.name}: most ${percent(most)}`,x(last)+5,top+STRIP-4);
 });
 pen.fillStyle=ink("--quiet");
 let free=0;
 for(const [bar,line] of told.bars){
  pen.globalAlpha=.35;pen.fillRect(x(line),TOP,1,ROLL);pen.globalAlpha=1;
  if(x(line)>=free&&line<told.stop-1){pen.fillText(`${bar}`,x(line)+2,11);free=x(line)+26;}
 }
 pen.fillText("bar",x(last)+5,11);
 for(const [from,to,group,pitch] of told.events)if(to>=first){
  pen.globalAlpha=from>note.frame?.3:1;
  pen.fillStyle=colour(group);
  pen.fillRect(x(Math.max(from,first)),y(pitch),Math.max((to+1-Math.max(from,first))*step-.4,1.4),Math.max(tall,2));
 }
 pen.globalAlpha=1;pen.strokeStyle="#e08a00";pen.lineWidth=2.5;
 pen.strokeRect(x(note.frame)-2,y(note.pitch)-2,Math.max((note.last+1-note.frame)*step,4)+3,tall+4);
 pen.lineWidth=1;pen.beginPath();pen.moveTo(x(note.frame),TOP);pen.lineTo(x(note.frame),height);pen.stroke();
 box.scrollLeft=box.scrollWidth;
 drawn={first,step,made,rows:heard?heard.rows:0};
 canvas.setAttribute("aria-label",heard?"notes in view, and attention to the frames before the chosen note: "+byBar(made[0],first):"notes in view");
 if(at("bars"))at("bars").textContent=heard?byBar(made[0],first):"";
}
function byBar(strip,first){
 const sums=new Map();
 strip.weights.forEach((weight,row)=>{
  const frame=first+row,name=frame<0?"silence before the song":`bar\u00a0${barOf(frame)}`;
  sums.set(name,(sums.get(name)||0)+weight);
 });
 return [...sums].sort((a,b)=>b[1]-a[1]).slice(0,6).map(([name,sum])=>`${name} ${percent(sum)}`).join(", ");
}
at("past").onpointermove=event=>{
 if(!drawn||!drawn.made.length)return;
 const box=at("past").getBoundingClientRect(),row=Math.floor((event.clientX-box.left)/drawn.step);
 if(row<0||row>=drawn.rows)return;
 const number=Math.floor((event.clientY-box.top-TOP-ROLL-8)/STRIP),strip=drawn.made[Math.max(0,Math.min(number,drawn.made.length-1))];
 const frame=drawn.first+row,where=frame<0?"the silence before the song":`frame ${frame} (bar ${barOf(frame)})`;
 at("read").textContent=`${strip.name}: ${percent(strip.weights[row])} of the attention lies where the newest frame heard is ${where}.`;
};

// what the frame might have held, group by group
function drawCells(){
 const note=told.notes[chosen],moment=told.moments[note.frame],box=at("cells");
 box.replaceChildren();
 moment.cells.forEach((cells,group)=>{
  const name=document.createElement("div"),silent=document.createElement("div"),list=document.createElement("div");
  const swatch=document.createElement("span");
  name.className="name";swatch.className="swatch";swatch.style.background=colour(group);name.append(swatch,told.groups[group]);
  silent.textContent=`no new note ${percent(moment.silent[group])}`;
  list.className="cells";
  for(const [pitch,tone,chance,played] of cells)if(played||chance>=.001){
   const chip=document.createElement("span");
   chip.className="chip"+(played?" played":"")+(group===note.group&&pitch===note.pitch?" chosen":"");
   chip.style.background=`rgba(${ink("--heat")},${(chance*.6).toFixed(3)})`;
   chip.textContent=`${tone} ${percent(chance)}${played?" ●":""}`;
   list.append(chip);
  }
  if(!list.childNodes.length)list.textContent="nothing else over 0.1 %";
  box.append(name,silent,list);
 });
}

// what the note hung on: its chance where one group's past is silenced
const shift=(chance,plain)=>Math.log2(Math.max(plain,1e-12)/Math.max(chance,1e-12));
function drawWithout(){
 const table=at("without");
 if(!table)return;
 const note=told.notes[chosen],head=document.createElement("tr"),body=document.createElement("tbody");
 head.append(document.createElement("th"));
 for(const [name] of told.columns){const cell=document.createElement("th");cell.scope="col";cell.textContent=name;head.append(cell);}
 let least=null,most=null;
 told.groups.forEach((group,number)=>{
  const row=document.createElement("tr"),name=document.createElement("th");
  name.scope="row";name.textContent=group;row.append(name);
  note.without[number].forEach((chance,column)=>{
   const cell=document.createElement("td");
   row.append(cell);
   if(chance===null){cell.textContent="–";cell.title=`the ${group} began nothing ${told.columns[column][1]} that this note could hear`;return;}
   const moved=shift(chance,note.chance),way=moved>=0?"--more":"--less";
   cell.textContent=percent(chance);
   cell.title=`without what the ${group} played ${told.columns[column][1]}: ${percent(chance)} instead of ${percent(note.chance)} (${moved>=0?"+":"−"}${Math.abs(moved).toFixed(2)} bits)`;
   cell.style.background=`rgba(${ink(way)},${Math.min(Math.abs(moved)/4,.6).toFixed(3)})`;
   if(!least||moved>least[0])least=[moved,cell.title];
   if(!most||moved<most[0])most=[moved,cell.title];
  });
  body.append(row);
 });
 const top=document.createElement("thead");top.append(head);table.replaceChildren(top,body);
 const lines=[];
 if(least&&least[0]>=.01)lines.push(`What made it likelier most: ${least[1]}.`);
 if(most&&most[0]<=-.01)lines.push(`What spoke against it most: ${most[1]}.`);
 at("hung").textContent=lines.join(" ")||"Nothing that was silenced changes this note's chance by a hundredth of a bit.";
}

function say(){
 const note=told.notes[chosen],cells=told.moments[note.frame].cells[note.group].filter(cell=>!cell[3]).slice(0,3);
 const name=document.createElement("b"),chance=document.createElement("b");
 name.textContent=named(note);chance.textContent=`${percent(note.chance)} (${bits(note.chance)})`;
 const others=cells.length?` Next to it in the ${told.groups[note.group]}: ${cells.map(cell=>`${cell[1]} ${percent(cell[2])}`).join(", ")}; no new note ${percent(told.moments[note.frame].silent[note.group])}.`:"";
 at("said").replaceChildren(name,` at ${placed(note)}: the model gave it a chance of `,chance,".",others);
}
function draw(){say();drawClose();drawPast();drawCells();drawWithout();}
function choose(number){
 chosen=Math.max(0,Math.min(number,told.notes.length-1));
 at("note").value=chosen;
 draw();
}
for(const [number,note] of told.notes.entries()){
 const option=document.createElement("option");
 option.value=number;option.textContent=`${placed(note)}: ${named(note)}, ${percent(note.chance)}`;
 at("note").append(option);
}
at("note").onchange=()=>choose(+at("note").value);
at("before").onclick=()=>choose(chosen-1);
at("after").onclick=()=>choose(chosen+1);
for(const id of ["layer","head"])if(at(id))at(id).onchange=drawPast;
// left and right: the nearest note of an earlier or later frame; up and down: among the notes of one frame
at("close").onkeydown=event=>{
 const note=told.notes[chosen],steps={ArrowLeft:-1,ArrowRight:1,ArrowUp:1,ArrowDown:-1},way=steps[event.key];
 if(!way)return;
 event.preventDefault();
 if(event.key==="ArrowUp"||event.key==="ArrowDown"){
  const next=told.notes[chosen+way];
  if(next&&next.frame===note.frame)choose(chosen+way);
  return;
 }
 const frames=told.notes.map(one=>one.frame).filter(frame=>(frame-note.frame)*way>0);
 if(!frames.length)return;
 const frame=way>0?Math.min(...frames):Math.max(...frames);
 const there=told.notes.map((one,number)=>[one,number]).filter(([one])=>one.frame===frame);
 const near=([one])=>(one.group===note.group?0:1000)+Math.abs(one.pitch-note.pitch);
 choose(there.sort((a,b)=>near(a)-near(b))[0][1]);
};
let width=0;
addEventListener("resize",()=>{if(innerWidth!==width){width=innerWidth;draw();}});
dark.addEventListener("change",draw);
choose(chosen);
}
