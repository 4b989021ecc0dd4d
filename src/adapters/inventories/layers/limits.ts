/** What reading one layer may cost. */

/** Past any of them a layer counts as unread, with the reason. */
export type LayerLimits = {
  /** Bytes as they are stored. */
  readonly compressedBytes: number
  /** Bytes after decompression. */
  readonly uncompressedBytes: number
  /** Uncompressed to compressed bytes, from `ratioFromBytes` uncompressed bytes on. */
  readonly ratio: number
  readonly ratioFromBytes: number
  /** Entries of the archive; one that has as many is refused. */
  readonly entries: number
  /** Bytes of the files that are kept for their readers, all of one layer together. */
  readonly keptBytes: number
  /** From the first byte to the last, ms; the network's time counts. */
  readonly timeMs: number
}

/**
 * Layers of GPU frameworks have 5 GiB and 20 GiB unpacked, those of monorepos half a million entries. Text packs 30:1 at most while a bomb packs
 * 1000:1; small layers are free of that rule, for a megabyte of zeros is no bomb.
 */
export const layerLimits: LayerLimits = {
  compressedBytes: 12 * 2 ** 30,
  uncompressedBytes: 48 * 2 ** 30,
  ratio: 200,
  ratioFromBytes: 32 * 2 ** 20,
  entries: 1_000_000,
  keptBytes: 192 * 2 ** 20,
  timeMs: 20 * 60_000,
}
