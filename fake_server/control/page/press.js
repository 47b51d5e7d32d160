// Between the press and the release of a pointer the page replaces no node. If the pressed node is gone at the release,
// the browser makes no click, and the user's press is lost.

let pressed = false;
let waiting; // the action that the release runs

/** Run this action now, or after the release. If several actions wait, only the last one runs. */
export function afterRelease(action) {
  if (pressed) waiting = action;
  else action();
}

addEventListener("pointerdown", ({ button }) => (pressed = button === 0));
// A context menu or another window can swallow the release.
for (const end of ["pointerup", "pointercancel", "contextmenu", "blur"]) addEventListener(end, release);

function release() {
  // The click follows at once, so the action waits for the next task.
  setTimeout(() => {
    pressed = false;
    waiting?.();
    waiting = undefined;
  });
}
