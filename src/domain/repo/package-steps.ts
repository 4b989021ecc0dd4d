/** Package steps: what building a Dockerfile again without a cache would bring up to date. */

export type PackageSteps = {
  /** A step upgrades every package (`apt-get upgrade`, `apk upgrade`, `dnf update`). */
  readonly upgradesAll: boolean
  /** Packages that a step installs or upgrades by name, without a version that holds them back. Sorted. */
  readonly names: readonly string[]
}
