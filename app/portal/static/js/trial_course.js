// The course of a trial call. The server decides what is heard; here it is played, and keys are waited for as Plivo does:
// keys count from the first prompt on, # or a pause ends the number.
const SHOW_EVERY_MS = 200;
const PLANNED_KEYS_SHOWN_MS = 600;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Resolves with the server's last answer; `over` in it is false where the caller hung up before.
// `planned` is what is keyed in by itself, prompt by prompt, as in a saved call.
export async function goThrough({ script, planned, line, ask, screen }) {
  for (;;) {
    const answer = await ask(script);
    const turn = answer.turns.at(-1);
    if (answer.over) screen.receive(answer);
    const heard = (await hear(turn.lead_in, line, screen, false)) && (await hearPrompt(turn.prompt, line, screen));
    if (answer.over || !heard) return answer;
    const keyed = planned.length ? await keyPlanned(planned.shift(), line, screen) : await collect(answer, line, screen);
    if (keyed === null) return answer;
    script.keyed.push(keyed);
    screen.keyed(keyed);
  }
}

function hearPrompt(guidances, line, screen) {
  line.forgetKeys();
  return hear(guidances, line, screen, true);
}

// False: the caller hung up.
async function hear(guidances, line, screen, keysCount) {
  for (const guidance of guidances) {
    if (keysCount && line.hasKey()) break;
    const playing = screen.play(guidance);
    const ended = await line.until(playing.ended, keysCount);
    playing.stop();
    if (ended === "hang-up") return false;
  }
  return true;
}

async function keyPlanned(keys, line, screen) {
  screen.showKeys(keys);
  return (await line.until(pause(PLANNED_KEYS_SHOWN_MS), false)) === "hang-up" ? null : keys;
}

async function collect(answer, line, screen) {
  let keys = "";
  for (;;) {
    const seconds = keys ? answer.next_key_s : answer.first_key_s;
    const what = await waitForKey(seconds, line, screen);
    if (what === "hang-up") return null;
    if (what !== "key") return keys;
    const key = line.takeKey();
    if (key === "#") return keys;
    keys += key;
    screen.showKeys(keys);
    if (keys.length === answer.most_keys) return keys;
  }
}

async function waitForKey(seconds, line, screen) {
  const end = Date.now() + seconds * 1000;
  const show = () => screen.showTimeLeft(Math.max(0, end - Date.now()) / 1000, seconds);
  show();
  const showing = setInterval(show, SHOW_EVERY_MS);
  const what = await line.until(pause(seconds * 1000), true);
  clearInterval(showing);
  screen.hideTimeLeft();
  return what;
}
