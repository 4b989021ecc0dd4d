/** The comment that is left once when a person takes over a branch of ours, by a commit or by a pull request of their own. */

/** Found in the comment again, so that it is said only once. */
export const handsOffMarker = '<!-- underpin hands-off -->'

const opening = {
  commit: 'There is a commit on this branch that Underpin did not write, so the branch is yours: Underpin writes no more to it and says this once.',
  'pull-request':
    'This pull request was opened by somebody else from a branch that Underpin made, so both are yours: Underpin writes no more to them and says this once.',
}

/** Markdown that ends with the marker. `taken`: what shows that a person took over. */
export function renderHandsOffComment(taken: keyof typeof opening): string {
  return [
    opening[taken],
    'When this pull request is merged or closed, Underpin goes on with what the tag shows then; if the branch still holds a commit of yours, on another branch.',
    handsOffMarker,
  ].join('\n\n')
}
