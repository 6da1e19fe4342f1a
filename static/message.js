// Optional: sends a message with its files and shows how far it is. Without it the form does the same.
// It must never keep, show or send anything but to the form's own address.
"use strict";
(() => {
  const findForm = () => document.getElementById("message");

  const showProgress = (shown) => {
    const label = document.createElement("span");
    const bar = document.createElement("progress");
    label.id = "sending";
    bar.max = 100;
    bar.setAttribute("aria-labelledby", label.id);
    shown.replaceChildren(label, bar);
    return (percent) => {
      bar.value = percent;
      label.textContent = shown.dataset.sending.replace("{percent}", percent);
    };
  };

  // The answer is a page like this one, with the words that could not be sent, or the inbox as it is now.
  const showAnswer = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.title = page.title;
    document.getElementById("main").replaceWith(page.getElementById("main"));
    window.scrollTo(0, 0);
    const errors = document.querySelector(".error-summary");
    if (errors) errors.focus();
  };

  // On the document, because the form is replaced with the page's answer.
  document.addEventListener("submit", (event) => {
    const form = findForm();
    if (!form || event.target !== form || !form.querySelector('input[type="file"]').files.length) return;
    event.preventDefault();
    const shown = form.querySelector(".upload");
    const move = showProgress(shown);
    const button = event.submitter;
    button.disabled = true;
    const fail = () => {
      shown.textContent = shown.dataset.failed;
      button.disabled = false;
    };
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (step) => move(Math.floor((100 * step.loaded) / step.total)));
    request.addEventListener("load", () => {
      if (request.responseText.includes('id="main"')) showAnswer(request.responseText);
      else fail();
    });
    for (const failure of ["error", "abort", "timeout"]) request.addEventListener(failure, fail);
    move(0);
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
})();
