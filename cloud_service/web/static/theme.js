// Before anything is drawn: follow the system's light or dark unless the person has chosen.
(() => {
  const page = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { if (page.dataset.theme === "auto") page.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  page.classList.add("scripted");
  follow();
  dark.addEventListener("change", follow);
})();
