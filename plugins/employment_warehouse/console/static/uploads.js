// Shows how much of an upload has been sent. Without it the form works as any other.
"use strict";
const form = document.getElementById("upload");
form.addEventListener("submit", (event) => {
  const file = form.elements.file.files[0];
  const said = document.getElementById("said");
  said.hidden = true;
  const say = (text) => { said.textContent = text; said.hidden = false; };
  if (!file) return;
  event.preventDefault();
  if (form.elements.nil.checked) { say(form.dataset.both); return; }
  if (file.size > form.dataset.largest * 1048576) { say(form.dataset.tooLarge); return; }
  const progress = document.getElementById("progress");
  const buttons = form.querySelectorAll("button");
  const body = new FormData(form, event.submitter);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Form-Token", form.elements.token.value);
  request.upload.onprogress = (sent) => { progress.value = 100 * sent.loaded / sent.total; };
  request.onloadend = () => {
    progress.hidden = true;
    buttons.forEach((button) => { button.disabled = false; });
    if (request.status === 200) { location.assign(request.responseURL); return; }
    const shown = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main h1");
    say(shown ? shown.textContent : form.dataset.failed);
  };
  progress.hidden = false;
  buttons.forEach((button) => { button.disabled = true; });
  request.send(body);
});
