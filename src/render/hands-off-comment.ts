/** The comment that is left once when a person commits on a branch of ours. */

/** Found in the comment again, so that it is said only once. */
export const handsOffMarker = '<!-- underpin hands-off -->'

/** Markdown that ends with the marker. */
export function renderHandsOffComment(): string {
  return [
    'There is a commit on this branch that Underpin did not write, so the branch is yours: Underpin writes no more to it and says this once.',
    'When this pull request is merged or closed, Underpin goes on with what the tag shows then. To hand it back at once, close it and delete the branch.',
    handsOffMarker,
  ].join('\n\n')
}
