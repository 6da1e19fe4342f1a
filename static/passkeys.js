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

  // Asks the device and gives what it signed: an empty text when the site gave no challenge, null when the device did
  // not sign. Why not, browsers do not say: it may be that the person changed their mind.
  const ask = async (part, button, run) => {
    const shown = part.querySelector("[role=status]");
    shown.textContent = "";
    button.disabled = true;
    try {
      const options = await fetchOptions(part.dataset.options);
      return options ? writeAnswer(await run({ publicKey: options })) : "";
    } catch (failure) {
      shown.textContent = failure.name === "InvalidStateError" ? part.dataset.known : part.dataset.failed;
      return null;
    } finally {
      button.disabled = false;
    }
  };

  const use = document.getElementById("use-passkey");
  if (use) {
    const button = use.querySelector("button");
    use.hidden = false;
    button.addEventListener("click", async () => {
      // A passkey's answer is good once: first everything else has to be there.
      const empty = [...button.form.querySelectorAll("input:not([type=hidden])")].find(
        (field) => field.name !== use.dataset.code && !field.value.trim(),
      );
      if (empty) {
        use.querySelector("[role=status]").textContent = use.dataset.first;
        empty.focus();
        return;
      }
      const signed = await ask(use, button, (options) => navigator.credentials.get(options));
      if (signed === "") use.querySelector("[role=status]").textContent = use.dataset.failed;
      if (!signed) return;
      button.form.elements[use.dataset.answer].value = signed;
      button.form.submit();
    });
  }

  const add = document.getElementById("add-passkey");
  if (add) {
    add.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = add.querySelector("button");
      const made = await ask(add, button, (options) => navigator.credentials.create(options));
      if (made === null) return;
      // Empty: the site asks for something else first, and the answer to this form says what.
      add.elements.credential.value = made;
      add.submit();
    });
  }
})();
