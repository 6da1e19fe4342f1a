// Optional: sends chosen files one by one, two at a time, and shows how far each is. Without it the form does the same.
// It must never keep, show or send a file anywhere but to the form's own address.
"use strict";
(() => {
  const form = document.getElementById("report");
  const shown = document.querySelector(".upload");
  const field = form && form.querySelector('input[type="file"][multiple]');
  if (!form || !shown || !field) return;
  const words = (text, name, percent) => text.replace("{name}", name).replace("{percent}", percent);

  const makeRow = (file) => {
    const row = document.createElement("p");
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

  const send = (file) =>
    new Promise((done) => {
      const { row, label, bar } = makeRow(file);
      const body = new FormData();
      body.append("csrf_token", form.querySelector('[name="csrf_token"]').value);
      body.append(field.name, file, file.name);
      body.append("go", "add");
      body.append("complete", "yes");
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (step) => {
        const percent = Math.floor((100 * step.loaded) / step.total);
        bar.value = percent;
        label.textContent = words(shown.dataset.sending, file.name, percent);
      });
      request.addEventListener("load", () => {
        const arrived = request.status === 200;
        if (arrived) row.remove();
        else showFailure(row, readErrors(request.responseText, file));
        done(arrived);
      });
      for (const failure of ["error", "abort", "timeout"]) {
        request.addEventListener(failure, () => {
          showFailure(row, words(shown.dataset.failed, file.name, ""));
          done(false);
        });
      }
      request.open("POST", form.action);
      request.send(body);
    });

  const sendAll = async (files) => {
    const waiting = [...files];
    let all = true;
    const work = async () => {
      while (waiting.length) all = (await send(waiting.shift())) && all;
    };
    await Promise.all([work(), work()]);
    return all;
  };

  form.addEventListener("submit", async (event) => {
    const pressed = event.submitter;
    if (!field.files.length || !pressed || pressed.name !== "go") return;
    event.preventDefault();
    shown.replaceChildren();
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => { button.disabled = true; });
    const all = await sendAll(field.files);
    buttons.forEach((button) => { button.disabled = false; });
    field.value = "";
    // What failed stays in view: only a page where all arrived is left.
    if (all) pressed.click();
  });
})();
