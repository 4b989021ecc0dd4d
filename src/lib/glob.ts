/** Globs: `*`, `**` and `?` over slash-separated text, matched without backtracking. */

/**
 * Whether `pattern` matches all of `text`. `?` is one character and `*` any number of them, both within one part; `**` as a whole part is
 * any number of parts, none included; everything else stands for itself. Time is at most pattern length times text length, whatever they hold.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  return matchesSequence(pattern.split('/'), text.split('/'), (part) => part === '**', matchesPart)
}

/** Whether `pattern` matches `path` or a folder that `path` lies in, so that naming a folder covers what is below it. */
export function coversPath(pattern: string, path: string): boolean {
  return matchesGlob(`${pattern.replace(/\/$/, '')}/**`, path)
}

/** One part against one part: `*` and `?` over characters. */
function matchesPart(pattern: string, text: string): boolean {
  return matchesSequence(
    [...pattern],
    [...text],
    (character) => character === '*',
    (character, other) => character === '?' || character === other,
  )
}

/**
 * Matches items one by one, where an item that `isStar` swallows any number. The set of places in `pattern` that are still possible is
 * carried along `items`, so no choice is ever taken back.
 */
function matchesSequence<Item>(
  pattern: readonly Item[],
  items: readonly Item[],
  isStar: (item: Item) => boolean,
  matches: (item: Item, other: Item) => boolean,
): boolean {
  let open = skipStars(pattern, isStar, new Set([0]))
  for (const item of items) {
    const next = new Set<number>()
    for (const at of open) {
      const wanted = pattern[at]
      if (wanted === undefined) continue
      if (isStar(wanted)) next.add(at)
      else if (matches(wanted, item)) next.add(at + 1)
    }
    if (next.size === 0) return false
    open = skipStars(pattern, isStar, next)
  }
  return open.has(pattern.length)
}

/** `places` and those that are reached from them by letting a star swallow nothing. */
function skipStars<Item>(pattern: readonly Item[], isStar: (item: Item) => boolean, places: Set<number>): Set<number> {
  for (const at of places) {
    const item = pattern[at]
    if (item !== undefined && isStar(item)) places.add(at + 1)
  }
  return places
}
