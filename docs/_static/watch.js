// Frames of the page "Watch it think" show a part of it: what holds, or is, an element that
// data-show selects, without what data-hide selects.
// Browsers forbid this for files opened without a server; the frame then shows the whole page.
function showPart(frame) {
  const page = frame.contentDocument;
  if (!page) return;
  const { show, hide } = frame.dataset;
  const wanted = [...page.querySelectorAll(show)];
  const isWanted = (part) => wanted.some((each) => part.contains(each) || each.contains(part));
  const parts = [...page.querySelectorAll("body > *, main > *, .stage > *")];
  const unwanted = parts.filter((part) => !isWanted(part));
  if (hide) unwanted.push(...page.querySelectorAll(hide));
  for (const part of unwanted) part.style.display = "none";
  const fit = () => { frame.style.height = `${page.body.offsetHeight + 2}px`; };
  new ResizeObserver(fit).observe(page.body);
}

for (const frame of document.querySelectorAll("iframe[data-show]:not([data-ready])")) {
  frame.dataset.ready = "";
  frame.addEventListener("load", () => showPart(frame));
}
