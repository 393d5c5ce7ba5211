// A tone that is heard across a room; only after somebody switched it on here.
let context = null;

export function isOn() {
  return localStorage.getItem("sound") === "on";
}

export function toggle() {
  localStorage.setItem("sound", isOn() ? "off" : "on");
  if (isOn()) beep([660]);
}

// A siren unlike every other tone here; louder from the second step of its ladder on.
export const alarm = (isLouder) => beep([988, 740, 988, 740, 988, 740], isLouder ? 0.7 : 0.35);

export function beep(tones, loudness = 0.2) {
  if (!isOn()) return;
  context ??= new AudioContext();
  tones.forEach((tone, n) => {
    const [voice, volume] = [context.createOscillator(), context.createGain()];
    const begin = context.currentTime + n * 0.22;
    voice.frequency.value = tone;
    volume.gain.value = loudness;
    voice.connect(volume).connect(context.destination);
    voice.start(begin);
    voice.stop(begin + 0.2);
  });
}
