// Records what the microphone hears: level, time, and the recording as a file.
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const LONGEST_S = 295; // a guidance must be under five minutes
const MICROPHONE = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } };

function levelOf(analyser, samples) {
  analyser.getFloatTimeDomainData(samples);
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return Math.min(1, Math.sqrt(loudest)); // quiet speech shows, too
}

// Begins at once; rejects where there is no microphone or it may not be used. onTick(seconds, level) ten times a second,
// onEnd(blob) once it has been stopped, not after drop().
export async function record(onTick, onEnd) {
  const stream = await navigator.mediaDevices.getUserMedia(MICROPHONE);
  const recorder = new MediaRecorder(stream, { mimeType: KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)) });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const pieces = [];
  const began = performance.now();
  let wanted = true;

  const ticking = setInterval(() => {
    const seconds = (performance.now() - began) / 1000;
    onTick(seconds, levelOf(analyser, samples));
    if (seconds >= LONGEST_S) stop();
  }, 100);

  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  recorder.addEventListener("stop", () => {
    clearInterval(ticking);
    for (const track of stream.getTracks()) track.stop();
    context.close();
    if (wanted) onEnd(new Blob(pieces, { type: recorder.mimeType }));
  });
  recorder.start(1000);

  function stop() {
    if (recorder.state !== "inactive") recorder.stop();
  }
  return {
    stop,
    drop() {
      wanted = false;
      stop();
    },
  };
}
