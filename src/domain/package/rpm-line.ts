/** Lines of an rpm in Red Hat's world: builds of one upstream version for one minor release, which are patched side by side with those of the next. */

/**
 * Whether two versions (`epoch:version-release`) are of one line: the same epoch, upstream version and minor release of the distribution tag (`el9_4`,
 * `module+el8.4.0`; none of both is the same too). A fix within a line says nothing about other lines, though these may be numbered above it. False where one has no
 * tag of Enterprise Linux: other distributions keep a single line.
 */
export function isSameLine(a: string, b: string): boolean {
  const line = lineOf(a)
  return line !== null && line === lineOf(b)
}

/** `0:3.9.18 9 4` of `3.9.18-3.el9_4.5`. */
function lineOf(evr: string): string | null {
  const [, epoch = '0', version, release = ''] = /^(?:(\d+):)?([^-]+)-(.+)$/.exec(evr) ?? []
  const tag = /(?:^|[.+_])el(\d+)(?:_(\d+))?/.exec(release)
  if (version === undefined || tag === null) return null
  const minor = tag[2] ?? /module[+_]el\d+\.(\d+)/.exec(release)?.[1] ?? ''
  return `${epoch}:${version} ${tag[1]} ${minor}`
}
