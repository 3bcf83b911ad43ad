/// What the pages share: how they look, and the search.
enum Assets {
  /// Light and dark after the reader's system; one column on a phone, where tables become cards.
  static let style = """
    :root {
      --ground: #fdfcfa; --ink: #22211f; --soft: #6a665f; --line: #e3dfd7; --card: #f5f2ec; --link: #8a3b12; --mark: #fff0c2;
      --string: #3c6e2f; --keyword: #7a3e9d;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #191816; --ink: #e9e5dd; --soft: #a29c91; --line: #38352f; --card: #23211e; --link: #f0a36b; --mark: #4a3d16;
        --string: #9ccc8a; --keyword: #cfa3ee;
      }
    }
    * { box-sizing: border-box; }
    html { scroll-padding-top: 4.5rem; }
    body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
    a { color: var(--link); text-decoration: none; }
    a:hover { text-decoration: underline; }
    code, pre, samp { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
    header {
      position: sticky; top: 0; z-index: 2; display: flex; gap: 1rem; align-items: center; padding: .7rem 1.2rem;
      background: var(--ground); border-bottom: 1px solid var(--line);
    }
    .home { font-weight: 600; white-space: nowrap; color: var(--ink); }
    .search { position: relative; flex: 1; max-width: 34rem; margin: 0; }
    .search input {
      width: 100%; padding: .45rem .7rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
      border-radius: .4rem;
    }
    #results {
      position: absolute; left: 0; right: 0; max-height: 70vh; overflow: auto; margin: .3rem 0 0; padding: .3rem; list-style: none;
      background: var(--ground); border: 1px solid var(--line); border-radius: .4rem; box-shadow: 0 .5rem 1.5rem #0003;
    }
    #results a { display: block; padding: .35rem .5rem; border-radius: .3rem; }
    #results a:hover, #results a:focus { background: var(--card); text-decoration: none; outline: none; }
    #results span { display: block; font-size: .85rem; color: var(--soft); }
    #results .nothing { padding: .35rem .5rem; color: var(--soft); }
    nav { padding: .6rem 1.2rem; border-bottom: 1px solid var(--line); }
    nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: 0; padding: 0; list-style: none; }
    nav [aria-current] { font-weight: 600; color: var(--ink); }
    main { max-width: 60rem; margin: 0 auto; padding: 1rem 1.2rem 6rem; }
    h1 { font-size: 1.8rem; margin: 1rem 0 .3rem; }
    h2 { font-size: 1.25rem; margin: 2.2rem 0 .5rem; }
    h3 { font-size: 1.05rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
    h4 { font-size: .85rem; margin: 1rem 0 .3rem; color: var(--soft); font-weight: 600; }
    .contents h2, .table h2 { font-size: 1.05rem; margin: 1.2rem 0 .2rem; }
    .table p { margin: 0 0 .2rem; color: var(--soft); }
    .names { display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: 0; padding: 0; list-style: none; }
    .entry { padding: 1.4rem 0; border-top: 1px solid var(--line); }
    .entry:target { background: linear-gradient(var(--mark), transparent 5rem); }
    .summary { margin: 0 0 .8rem; }
    table { width: 100%; border-collapse: collapse; margin: .6rem 0; font-size: .92rem; }
    caption { text-align: left; color: var(--soft); font-size: .85rem; font-weight: 600; }
    th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
    th { font-weight: 500; color: var(--soft); }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .8rem 0; font-size: .95rem; }
    dt { color: var(--soft); }
    dd { margin: 0; overflow-wrap: anywhere; }
    pre { margin: .3rem 0; padding: .8rem 1rem; overflow-x: auto; background: var(--card); border-radius: .4rem; }
    .output { background: none; border: 1px solid var(--line); }
    .silent { color: var(--soft); font-size: .9rem; }
    .comment { color: var(--soft); }
    .string { color: var(--string); }
    .keyword { color: var(--keyword); }
    .pictures { display: flex; flex-wrap: wrap; gap: 1rem; margin-top: .8rem; }
    .gallery { display: flex; flex-wrap: wrap; gap: .8rem; margin: .8rem 0; }
    .gallery a { width: 7.5rem; font-size: .85rem; overflow-wrap: anywhere; }
    .gallery img {
      display: block; width: 100%; height: 5.6rem; object-fit: contain; background: var(--card); border-radius: .3rem;
      image-rendering: auto;
    }
    .gallery.large { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: 1.1rem .9rem; }
    .gallery.large a { width: auto; color: inherit; }
    .gallery.large img { height: auto; aspect-ratio: 4 / 3; }
    .gallery.large a:hover { text-decoration: none; }
    .gallery.large a:hover code { text-decoration: underline; }
    .gallery.large code { display: block; margin-top: .35rem; font-weight: 600; color: var(--link); }
    .gallery.large span { display: block; color: var(--soft); line-height: 1.35; overflow-wrap: normal; }
    .recipe { white-space: pre-wrap; }
    figure { margin: 0; }
    figure img { display: block; min-width: 8rem; max-width: 100%; border-radius: .3rem; image-rendering: pixelated; }
    figcaption { font-size: .85rem; color: var(--soft); }
    @media (max-width: 40rem) {
      header, nav, main { padding-left: .9rem; padding-right: .9rem; }
      thead { position: absolute; left: -10000px; }
      table, tbody, tr, td { display: block; width: 100%; }
      caption { display: block; }
      tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
      td { display: grid; grid-template-columns: 5.5rem 1fr; padding: .05rem 0; border: 0; overflow-wrap: anywhere; }
      td::before { content: attr(data-title); color: var(--soft); }
      td:empty { display: none; }
      dl { grid-template-columns: 1fr; }
      dd { margin-bottom: .4rem; }
    }
    @media print { header, nav { display: none; } }

    """

  /// Looks through `entries`: names that begin with the words come first, then names that contain them, then summaries.
  static let search = #"""
    (function () {
      "use strict";
      const query = document.getElementById("query"), results = document.getElementById("results");
      const most = 40;

      function score(entry, words) {
        const name = entry[0].toLowerCase(), bare = name.split(/[.: ]/).pop(), text = name + " " + entry[1].toLowerCase();
        let total = 0;
        for (const word of words) {
          if (name === word || bare === word) total += 100;
          else if (name.startsWith(word) || bare.startsWith(word)) total += 50;
          else if (name.includes(word)) total += 20;
          else if (text.includes(word)) total += 5;
          else return 0;
        }
        return total + 1 / (1 + name.length);
      }

      function item(entry) {
        const row = document.createElement("li"), link = document.createElement("a");
        const name = document.createElement("code"), summary = document.createElement("span");
        name.textContent = entry[0];
        summary.textContent = entry[1];
        link.href = entry[2];
        link.append(name, summary);
        link.addEventListener("click", close);
        row.append(link);
        return row;
      }

      function show() {
        const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
        results.replaceChildren();
        results.hidden = words.length === 0;
        if (results.hidden) return;
        const found = entries.map((entry) => [score(entry, words), entry]).filter((pair) => pair[0] > 0);
        found.sort((a, b) => b[0] - a[0] || (a[1][0] < b[1][0] ? -1 : 1));
        results.append(...found.slice(0, most).map((pair) => item(pair[1])));
        if (found.length === 0) {
          const row = document.createElement("li");
          row.className = "nothing";
          row.textContent = "Nothing is called or described so.";
          results.append(row);
        }
      }

      function close() {
        results.hidden = true;
        query.blur();
      }

      function move(step) {
        const links = [...results.querySelectorAll("a")];
        const next = links.indexOf(document.activeElement) + step;
        if (next < 0) query.focus();
        else if (next < links.length) links[next].focus();
      }

      query.addEventListener("input", show);
      query.addEventListener("focus", show);
      document.getElementById("search").addEventListener("submit", (event) => {
        event.preventDefault();
        const first = results.querySelector("a");
        if (first) first.click();
      });
      document.addEventListener("click", (event) => {
        if (!event.target.closest("#search")) results.hidden = true;
      });
      document.addEventListener("keydown", (event) => {
        const inSearch = event.target.closest && event.target.closest("#search");
        if (event.key === "/" && !inSearch && !event.ctrlKey && !event.metaKey && !event.altKey) {
          event.preventDefault();
          query.focus();
          query.select();
        } else if (event.key === "Escape" && inSearch) {
          close();
        } else if (event.key === "ArrowDown" && inSearch) {
          event.preventDefault();
          move(1);
        } else if (event.key === "ArrowUp" && inSearch) {
          event.preventDefault();
          move(-1);
        }
      });
    })();

    """#
}
