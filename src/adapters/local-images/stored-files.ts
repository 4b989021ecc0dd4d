/** The files of a local image by path, wherever they are kept: a folder or an archive. */

/** A file's content, to be read once. */
export type StoredFile = { readonly size: number; readonly chunks: AsyncIterable<Uint8Array> }

export type StoredFiles = {
  /** What the person called it, for messages: `oci:out`. */
  readonly label: string
  /** The regular file at `path` (with `/`, never with `..`), or null. Fault: `invalid` where it is a symbolic link or no file, or cannot be read. */
  open(path: string): Promise<StoredFile | null>
  /** Paths of all regular files, where they are known without looking through a folder; else null. */
  readonly paths: readonly string[] | null
}

/** The whole of a small file; null where it has more than `maxBytes`. */
export async function wholeFile(file: StoredFile, maxBytes: number): Promise<Buffer | null> {
  if (file.size > maxBytes) return null
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of file.chunks) {
    bytes += chunk.length
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
