// The code of the one-time link: from behind the # into the form, and out of the address and its history.
(() => {
  const row = document.querySelector("[data-first-code]");
  const code = location.hash.slice(1);
  if (!row || !code) return;
  history.replaceState(null, "", location.pathname);
  row.querySelector("input").value = code;
  if (!("refused" in row.dataset)) row.hidden = true;
  document.getElementById("name").focus();
})();
