// Audio files on the server: sending one with its progress, having it converted, asking how far it is.
const ASK_EVERY_MS = 400;

export class NotTaken extends Error {}

function answered(status, said, words) {
  if (status >= 200 && status < 300) return said;
  if (status === 401) throw new NotTaken(words.signedOut);
  throw new NotTaken(said?.message ?? words.network);
}

// Resolves to what the server says of the file; onProgress gets per cent. signal ends it.
export function sendFile({ upload, token }, file, words, onProgress, signal) {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.open("POST", upload);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress((100 * loaded) / total));
    request.addEventListener("load", () => {
      try {
        resolve(answered(request.status, request.response, words));
      } catch (error) {
        reject(error);
      }
    });
    request.addEventListener("error", () => reject(new NotTaken(words.network)));
    request.addEventListener("abort", () => reject(signal.reason));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

async function ask(address, words, options) {
  let answer;
  try {
    answer = await fetch(address, options);
  } catch (error) {
    if (options.signal.aborted) throw error;
    throw new NotTaken(words.network);
  }
  return answered(answer.status, await answer.json().catch(() => null), words);
}

export function describe({ upload }, id, words, signal) {
  const headers = { Accept: "application/json", "X-Background": "1" };
  return ask(`${upload}${id}`, words, { headers, signal });
}

// Resolves once the file is converted, or cannot be.
export async function convert(where, id, words, onProgress, signal) {
  const headers = { Accept: "application/json", "X-CSRFToken": where.token };
  const file = await ask(`${where.upload}${id}/conversion`, words, { method: "POST", headers, signal });
  return waitFor(where, file, words, onProgress, signal);
}

export async function waitFor(where, file, words, onProgress, signal) {
  while (file.state === "converting") {
    onProgress(file.progress);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    signal.throwIfAborted();
    file = await describe(where, file.id, words, signal);
  }
  return file;
}
