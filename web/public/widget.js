// Booking on any site:
//   <script async src="https://mentors.example.org/widget.js" data-mentor="ada"></script>
// puts a frame with the mentor's openings after the script. Optional: data-offering (its id), data-theme ("light",
// "dark"; else the reader's own), data-title (the frame's name for screen readers).
(function () {
  var script = document.currentScript;
  if (!script || !script.dataset.mentor) return;
  var home = new URL(script.src).origin;
  var address = new URL('/embed/' + encodeURIComponent(script.dataset.mentor), home);
  ['offering', 'theme'].forEach(function (name) {
    if (script.dataset[name]) address.searchParams.set(name, script.dataset[name]);
  });
  var frame = document.createElement('iframe');
  frame.src = address.href;
  frame.title = script.dataset.title || 'Book a session';
  frame.style.cssText = 'width:100%;height:40rem;border:0;color-scheme:normal';
  // The frame says how tall it is. Nobody else is believed.
  window.addEventListener('message', function (event) {
    if (event.origin !== home || event.source !== frame.contentWindow) return;
    var height = event.data && event.data.type === 'facementor:height' && Number(event.data.height);
    if (height > 0) frame.style.height = Math.min(height, 5000) + 'px';
  });
  script.after(frame);
})();
