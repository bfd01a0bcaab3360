// A round of manual readings: an entry stays on the phone until the office has it, under a key that keeps it single.
const round = document.getElementById("round");
const words = round.dataset;

const entries = (mode, act) => new Promise((resolve, reject) => {
  const opening = indexedDB.open("reading-round", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("entries", { keyPath: "key" });
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const change = opening.result.transaction("entries", mode);
    const asked = act(change.objectStore("entries"));
    change.oncomplete = () => { opening.result.close(); resolve(asked.result); };
    change.onerror = () => reject(change.error);
  };
});
const waiting = () => entries("readonly", (store) => store.getAll());

const say = (card, text, doubtful) => {
  const fault = card.querySelector(".stop-fault");
  fault.querySelector("span").textContent = text;
  fault.hidden = !text;
  card.querySelector(".stop-confirm").hidden = !doubtful;
};
const mark = (card, text, done) => {
  card.querySelector(".stop-state").textContent = text;
  card.classList.toggle("stop-done", done);
};

// what the reader typed, in thousandths; NaN where the office shall judge it
const typed = (text) => {
  const bare = text.replace(/\s/g, "").replace(words.decimal === "," ? /\./g : /,/g, "").replace(words.decimal, ".");
  return Math.round(Number(bare || NaN) * 1000);
};
const isOdd = (form) => {
  const value = typed(form.elements.value.value);
  return (form.dataset.last && value < Number(form.dataset.last)) || (form.dataset.high && value > Number(form.dataset.high));
};

// a picture of a meter needs no more than this, and a round has many
const smaller = async (file) => {
  const picture = await createImageBitmap(file);
  const share = Math.min(1, 1280 / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.round(picture.width * share), Math.round(picture.height * share));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
};

const count = async () => {
  const all = await waiting();
  const badge = document.getElementById("round-waiting");
  badge.hidden = !all.length;
  badge.querySelector("b").textContent = all.length;
  for (const entry of all) {
    const card = document.getElementById(`r${entry.fields.register}`);
    if (card) mark(card, words.waits, true);
  }
};

const answered = async (entry, answer) => {
  await entries("readwrite", (store) => store.delete(entry.key));
  const card = document.getElementById(`r${entry.fields.register}`);
  if (!card) return;
  const kept = answer.state === "kept";
  mark(card, kept ? words.kept : words.look, kept);
  say(card, kept ? "" : answer.said.join(" "), answer.state === "doubtful");
  if (!kept) { card.querySelector("[name=value]").value = entry.fields.value; card.open = true; }
};

let sending = false;
const send = async () => {
  if (sending) return;
  sending = true;
  try {
    for (const entry of await waiting()) {
      const body = new FormData();
      for (const [name, value] of Object.entries(entry.fields)) body.append(name, value);
      body.append("csrf_token", words.token);
      if (entry.photo) body.append("photo", entry.photo, "photo.jpg");
      const response = await fetch(entry.to, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!response.headers.get("Content-Type")?.includes("json")) {
        document.getElementById("round-waiting").title = words.signin;
        break;
      }
      await answered(entry, await response.json());
    }
  } catch { /* no network: they wait */ } finally { sending = false; await count(); }
};

round.addEventListener("submit", async (event) => {
  const form = event.target.closest(".stop-form");
  if (!form) return;
  event.preventDefault();
  const card = form.closest("details"), { value, cause, confirmed, photo, key, register } = form.elements;
  if (!cause.value && !value.value.trim()) return say(card, words.emptyValue, false);
  if (!cause.value && !confirmed.checked && isOdd(form)) return say(card, words.range, true);
  const file = photo.files[0];
  await entries("readwrite", (store) => store.put({
    key: key.value, to: form.getAttribute("action"), photo: null,
    fields: {
      key: key.value, register: register.value, value: value.value, cause: cause.value, at: new Date().toISOString(),
      confirmed: confirmed.checked ? "yes" : "",
    },
  }));
  if (file) {
    const picture = await smaller(file).catch(() => null);
    const entry = (await waiting()).find((one) => one.key === key.value);
    if (picture && entry) await entries("readwrite", (store) => store.put({ ...entry, photo: picture }));
  }
  key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  say(card, "", false);
  mark(card, words.waits, true);
  card.open = false;
  const next = [...round.querySelectorAll("details.stop:not(.stop-done)")].find((one) => one.querySelector(".stop-form"));
  if (next) { next.open = true; next.querySelector("[name=value]").focus(); }
  await send();
});

addEventListener("online", send);
setInterval(send, 20000);
navigator.serviceWorker?.register(words.worker).catch(() => {});
send();
