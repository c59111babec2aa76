// The caller's end of a trial call: the keys he presses, in their order, and what makes a wait end before its time.
export function openLine() {
  let keys = [];
  let listening = () => {};

  return {
    up: true,
    press(key) {
      keys.push(key);
      listening("key");
    },
    skip: () => listening("skip"),
    hangUp() {
      this.up = false;
      listening("hang-up");
    },
    forgetKeys() {
      keys = [];
    },
    hasKey: () => keys.length > 0,
    takeKey: () => keys.shift(),

    // What comes first: "key" (if `keysCount`), "skip", "hang-up", or "done" when the promise or the time is over.
    until(done, keysCount) {
      if (!this.up) return Promise.resolve("hang-up");
      if (keysCount && keys.length) return Promise.resolve("key");
      return new Promise((resolve) => {
        listening = (what) => {
          if (what !== "key" || keysCount) resolve(what);
        };
        done.then(() => resolve("done"));
      });
    },
  };
}
