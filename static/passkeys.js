// Lets a passkey stand in for a code, and adds passkeys. Without it codes do the same work.
// It must never keep or show what a passkey signed, and send it only with the page's own form.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const toText = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const toId = (described) => ({ ...described, id: toBytes(described.id) });

  // What the site asks for, or nothing when it wants to see somebody signed in, or a second factor, first.
  const fetchOptions = async (address) => {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (!answer.ok) return null;
    const options = await answer.json();
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user = toId(options.user);
    options.excludeCredentials = (options.excludeCredentials || []).map(toId);
    options.allowCredentials = (options.allowCredentials || []).map(toId);
    return options;
  };

  const writeAnswer = (credential) => {
    const { response } = credential;
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const written = parts.filter((part) => response[part]).map((part) => [part, toText(response[part])]);
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: Object.fromEntries(written),
    });
  };

  const say = (words) => {
    document.getElementById("passkey-status").textContent = words;
  };

  // Asks the device and gives what it signed: an empty text when the site gave no challenge, null when the device did
  // not sign. Why not, browsers do not say: it may be that the person changed their mind.
  const ask = async (words, button, run) => {
    say("");
    button.disabled = true;
    try {
      const options = await fetchOptions(words.options);
      return options ? writeAnswer(await run({ publicKey: options })) : "";
    } catch (failure) {
      say(failure.name === "InvalidStateError" && words.known ? words.known : words.failed);
      return null;
    } finally {
      button.disabled = false;
    }
  };

  const use = document.getElementById("use-passkey");
  if (use) {
    use.hidden = false;
    use.addEventListener("click", async () => {
      // A passkey's answer is good once: first everything else has to be there.
      const empty = [...use.form.querySelectorAll("input:not([type=hidden])")].find(
        (field) => field.name !== use.dataset.code && !field.value.trim(),
      );
      if (empty) {
        say(use.dataset.first);
        empty.focus();
        return;
      }
      const signed = await ask(use.dataset, use, (options) => navigator.credentials.get(options));
      if (signed === "") say(use.dataset.failed);
      if (!signed) return;
      use.form.elements[use.dataset.answer].value = signed;
      use.form.submit();
    });
  }

  const add = document.getElementById("add-passkey");
  if (add) {
    add.addEventListener("submit", async (event) => {
      event.preventDefault();
      const made = await ask(add.dataset, add.querySelector("button"), (options) => navigator.credentials.create(options));
      if (made === null) return;
      // Empty: the site asks for something else first, and the answer to this form says what.
      add.elements.credential.value = made;
      add.submit();
    });
  }
})();
