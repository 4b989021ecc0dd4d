/** Differences: what changed from one image to another. The form of `diff --json`. */
import type { Finding } from './advisory/finding.ts'
import type { Inspection } from './image/inspection.ts'
import type { PackageType } from './package/package.ts'

/** `from` null: added; `to` null: removed. */
export type PackageChange = {
  readonly type: PackageType
  readonly name: string
  readonly arch: string | null
  readonly sourceName: string
  readonly from: string | null
  readonly to: string | null
}

/** A field of the image config, with the values as text; null where absent. Of the environment only names are told, and of a changed value that it changed. */
export type ConfigChange = { readonly field: string; readonly from: string | null; readonly to: string | null }

/** An image with what applies to it. `isBlind`: no advisory at hand speaks of its release, so that it has no findings says nothing. */
export type Evidence = { readonly inspection: Inspection; readonly findings: readonly Finding[]; readonly isBlind?: boolean }

export type Difference = {
  readonly packages: {
    readonly added: readonly PackageChange[]
    readonly removed: readonly PackageChange[]
    readonly upgraded: readonly PackageChange[]
    readonly downgraded: readonly PackageChange[]
  }
  readonly findings: { readonly fixed: readonly Finding[]; readonly introduced: readonly Finding[]; readonly remaining: readonly Finding[] }
  readonly config: readonly ConfigChange[]
  readonly layers: { readonly shared: number; readonly onlyA: number; readonly onlyB: number }
  /** Compressed bytes of all layers. */
  readonly size: { readonly from: number; readonly to: number }
  /** The same source or builder, forward only, and no difference that packages do not account for. */
  readonly explained: boolean
  /** Why it is, or what is odd; a sentence each without a full stop, never empty. */
  readonly why: readonly string[]
}
