// Optional: sends chosen files one by one, two at a time, and shows how far each is. Without it the form does the same.
// It must never keep, show or send a file anywhere but to the form's own address.
"use strict";
(() => {
  const form = document.getElementById("report");
  const shown = document.querySelector(".upload");
  const fields = form ? [...form.querySelectorAll('input[type="file"]')] : [];
  if (!form || !shown || !fields.length) return;
  const words = (text, name, percent) => text.replace("{name}", name).replace("{percent}", percent);

  const makeRow = (file) => {
    const row = document.createElement("div");
    const label = document.createElement("span");
    const bar = document.createElement("progress");
    label.id = `sending-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    label.textContent = words(shown.dataset.sending, file.name, 0);
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-labelledby", label.id);
    row.append(label, bar);
    shown.append(row);
    return { row, label, bar };
  };

  const showFailure = (row, text) => {
    row.className = "error";
    row.textContent = text;
  };

  const readErrors = (html, file) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const found = [...page.querySelectorAll(".error-summary li")].map((item) => item.textContent.trim());
    return found.join(" ") || words(shown.dataset.failed, file.name, "");
  };

  // Everything that is written on the page goes with each file, so that no answer of the form is taken for a blank one.
  const makeBody = (name, file) => {
    const body = new FormData(form);
    fields.forEach((field) => body.delete(field.name));
    body.delete("complete");
    body.append(name, file, file.name);
    body.append("go", "add");
    body.append("complete", "yes");
    return body;
  };

  const send = ([name, file]) =>
    new Promise((done) => {
      const { row, label, bar } = makeRow(file);
      const request = new XMLHttpRequest();
      const fail = (text) => {
        showFailure(row, text);
        done(false);
      };
      request.upload.addEventListener("progress", (step) => {
        const percent = Math.floor((100 * step.loaded) / step.total);
        bar.value = percent;
        label.textContent = words(shown.dataset.sending, file.name, percent);
      });
      request.addEventListener("load", () => {
        if (request.status !== 200) {
          fail(readErrors(request.responseText, file));
          return;
        }
        row.remove();
        done(true);
      });
      for (const failure of ["error", "abort", "timeout"]) {
        request.addEventListener(failure, () => fail(words(shown.dataset.failed, file.name, "")));
      }
      request.open("POST", form.action);
      request.send(makeBody(name, file));
    });

  const sendAll = async (files) => {
    const waiting = [...files];
    let all = true;
    const work = async () => {
      while (waiting.length) {
        const arrived = await send(waiting.shift());
        all = all && arrived;
      }
    };
    await Promise.all([work(), work()]);
    return all;
  };

  form.addEventListener("submit", async (event) => {
    const pressed = event.submitter;
    const chosen = fields.flatMap((field) => [...field.files].map((file) => [field.name, file]));
    if (!chosen.length || !pressed || pressed.name !== "go") return;
    event.preventDefault();
    shown.replaceChildren();
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => { button.disabled = true; });
    const all = await sendAll(chosen);
    buttons.forEach((button) => { button.disabled = false; });
    fields.forEach((field) => { field.value = ""; });
    // What failed stays in view: only a page from which everything arrived is left.
    if (all) pressed.click();
  });
})();
