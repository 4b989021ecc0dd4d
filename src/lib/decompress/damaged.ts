/** Compressed bytes that are broken, cut off, or not compressed as they were said to be. The message is for people, without a full stop. */
export class Damaged extends Error {
  override readonly name = 'Damaged'
}
