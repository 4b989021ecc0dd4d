/** Words in tags that have a meaning of their own; every other word names a variant, which never changes. */

/**
 * How far a pre-release is from the release, the farthest first (0). Grammar that people use in tags: Semantic Versioning, PEP 440 (`a`, `b`, `rc`), Maven
 * (`M1`, `CR1`, `SNAPSHOT`), .NET (`preview`), OpenJDK (`ea`).
 */
export const preReleaseRanks: ReadonlyMap<string, number> = new Map([
  ['dev', 0],
  ['nightly', 0],
  ['snapshot', 0],
  ['canary', 0],
  ['unstable', 0],
  ['experimental', 0],
  ['insiders', 0],
  ['next', 0],
  ['ea', 1],
  ['alpha', 1],
  ['a', 1],
  ['preview', 2],
  ['pre', 2],
  ['prerelease', 2],
  ['milestone', 2],
  ['m', 2],
  ['beta', 3],
  ['b', 3],
  ['rc', 4],
  ['cr', 4],
  ['c', 4],
])

/** Words that make a pre-release only with a number behind them: `3.1-dev10` is one, `1.23-dev` is a variant with a shell in it. */
export const onlyNumbered: ReadonlySet<string> = new Set(['dev', 'next', 'm', 'a', 'b', 'c'])

/** Of these, the ones that make a pre-release only right behind the version: `3.13.0b4` is a beta, `8u432-b06` a build. */
export const onlyGlued: ReadonlySet<string> = new Set(['a', 'b', 'c'])

/** Words before a number that counts rebuilds of one version: `-r5` (apk, Bitnami), `-ls12` (LinuxServer), `-b06` (OpenJDK), `-k3s1`, `-CU15`. */
export const rebuildWords: ReadonlySet<string> = new Set([
  'r',
  'rev',
  'rel',
  'ls',
  'b',
  'bp',
  'p',
  'u',
  'build',
  'respin',
  'patch',
  'hotfix',
  'cu',
  'kb',
  'k3s',
  'rke2r',
  'rancher',
])

/** Words that a version may be written together with (`release1.2.3`, `r1234`). Behind any other word stands the version of what it names: `php8.2`, `pg16`. */
export const versionWords: ReadonlySet<string> = new Set(['release', 'version', 'ver', 'rel', 'rev', 'r', 'build', 'b'])

/** Names of branches: what is numbered behind one is a build of it (`3.10-master-777`). */
export const branchWords: ReadonlySet<string> = new Set(['master', 'main', 'trunk', 'develop'])

/** Words before a Windows release (`nanoserver-1809`): it is bound to the kernel of the host, so it is a variant. */
export const windowsWords: ReadonlySet<string> = new Set(['nanoserver', 'windowsservercore', 'servercore', 'windowsserver', 'windows', 'ltsc'])

/** Windows releases that tags name by number alone (`1809-KB5044277`). */
export const windowsReleases: ReadonlySet<string> = new Set(['1709', '1803', '1809', '1903', '1909', '2004'])
