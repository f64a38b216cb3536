// The drawing pad: strokes by mouse, finger or keys.

/** Lets people draw on a canvas; calls `onStart` when ink first meets paper, `onInk` on change. */
function makePad(canvas, onStart, onInk) {
  const pad = { strokes: [], pen: [0.5, 0.5], isDown: false, showsPen: false };
  let pointer = null;

  const begin = (point) => {
    onStart();
    pad.strokes.push([point]);
    onInk();
  };
  const extend = (point) => {
    pad.strokes.at(-1).push(point);
    onInk();
  };
  const pointOf = (event) => {
    const box = canvas.getBoundingClientRect();
    const inside = (v) => Math.min(1, Math.max(0, v));
    return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    pointer = event.pointerId;
    pad.isDown = pad.showsPen = false;
    canvas.setPointerCapture(pointer);
    begin(pointOf(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId === pointer) extend(pointOf(event));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }

  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    pad.showsPen = true;
    if (event.key === " ") {
      pad.isDown = !pad.isDown;
      if (pad.isDown) begin([...pad.pen]);
      else onInk();
    } else if (event.key in MOVES) {
      pad.pen = pad.pen.map((v, axis) => Math.min(0.96, Math.max(0.04, v + MOVES[event.key][axis] * 0.04)));
      if (pad.isDown) extend([...pad.pen]);
      else onInk();
    } else {
      return;
    }
    event.preventDefault();
  });
  canvas.addEventListener("focus", () => {
    pad.showsPen = canvas.matches(":focus-visible"); // not after a click
    onInk();
  });
  canvas.addEventListener("blur", () => {
    pad.showsPen = false;
    onInk();
  });
  return pad;
}

/** Draws the strokes, or pixels that nobody drew, and the keyboard's pen. */
function drawPad(canvas, pad, pixels) {
  const context = canvas.getContext("2d");
  const side = canvas.width;
  context.fillStyle = "#000";
  context.fillRect(0, 0, side, side);
  if (pixels) {
    context.imageSmoothingEnabled = false;
    const small = document.createElement("canvas");
    small.width = small.height = 28;
    drawGrey(small, pixels);
    context.drawImage(small, 0, 0, side, side);
  }
  context.strokeStyle = "#fff";
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = (PEN / 28) * side;
  for (const stroke of pad.strokes) {
    context.beginPath();
    stroke.forEach(([x, y], k) => context[k ? "lineTo" : "moveTo"](x * side, y * side));
    if (stroke.length === 1) context.lineTo(stroke[0][0] * side, stroke[0][1] * side);
    context.stroke();
  }
  if (!pad.showsPen) return;
  context.lineWidth = 4;
  context.strokeStyle = pad.isDown ? "#58aaff" : "#9aa";
  context.beginPath();
  context.arc(pad.pen[0] * side, pad.pen[1] * side, side * 0.035, 0, 2 * Math.PI);
  context.stroke();
}
