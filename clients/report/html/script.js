"use strict";
// The page is whole without this: it opens a fold that a link points to, and brings the controls above the replies to life.
(() => {
  const probes = [...document.querySelectorAll("details.probe")];
  const filter = document.getElementById("probe-filter");
  const count = document.getElementById("probe-count");

  const openTarget = () => {
    const target = location.hash.startsWith("#probe-") && document.getElementById(location.hash.slice(1));
    if (!target) return;
    target.hidden = false;
    target.open = true;
    target.scrollIntoView();
  };

  const applyFilter = () => {
    const wanted = filter.value;
    for (const probe of probes) probe.hidden = wanted !== "all" && !probe.dataset.kinds.split(" ").includes(wanted);
    const shown = probes.filter((probe) => !probe.hidden).length;
    count.textContent = `${shown} of ${probes.length} probes`;
  };

  document.querySelector(".controls").hidden = false;
  filter.addEventListener("change", applyFilter);
  for (const button of document.querySelectorAll("button[data-open]")) {
    button.addEventListener("click", () => {
      for (const probe of probes) if (!probe.hidden) probe.open = button.dataset.open === "true";
    });
  }
  addEventListener("hashchange", openTarget);
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
  applyFilter();
  openTarget();
})();
