/** Evidence in the words of a person, as the renderers take it. */
import type { Finding } from '../../../src/domain/advisory/finding.ts'
import type { ConfigChange, PackageChange } from '../../../src/domain/difference.ts'
import type { MoveEvidence } from '../../../src/domain/move-evidence.ts'

type WrittenFinding = Pick<Finding, 'id' | 'sourceName' | 'installed'> & Partial<Finding>
/** `name from → to`; `-` for none. */
type WrittenPackage = string

export type WrittenEvidence = {
  readonly platforms: readonly {
    readonly platform: string
    readonly fixed?: readonly WrittenFinding[]
    readonly introduced?: readonly WrittenFinding[]
    readonly remaining?: readonly WrittenFinding[]
    readonly upgraded?: readonly WrittenPackage[]
    readonly downgraded?: readonly WrittenPackage[]
    readonly added?: readonly WrittenPackage[]
    readonly removed?: readonly WrittenPackage[]
    readonly config?: readonly ConfigChange[]
    readonly layers?: { readonly shared: number; readonly onlyA: number; readonly onlyB: number }
    readonly explained?: boolean
    readonly why?: readonly string[]
    readonly sources?: MoveEvidence['platforms'][number]['sources']
    readonly unseen?: readonly string[]
    readonly notes?: readonly string[]
  }[]
  readonly notCompared?: MoveEvidence['notCompared']
  readonly feeds?: readonly { readonly name: string; readonly checkedAt: string }[]
}

export function toEvidence({ platforms, notCompared = [], feeds = [] }: WrittenEvidence): MoveEvidence {
  return {
    platforms: platforms.map((one) => ({
      platform: one.platform,
      sources: one.sources ?? { from: 'layers', to: 'layers' },
      unseen: one.unseen ?? [],
      notes: one.notes ?? [],
      difference: {
        packages: {
          upgraded: (one.upgraded ?? []).map(toPackage),
          downgraded: (one.downgraded ?? []).map(toPackage),
          added: (one.added ?? []).map(toPackage),
          removed: (one.removed ?? []).map(toPackage),
        },
        findings: {
          fixed: (one.fixed ?? []).map(toFinding),
          introduced: (one.introduced ?? []).map(toFinding),
          remaining: (one.remaining ?? []).map(toFinding),
        },
        config: one.config ?? [],
        layers: one.layers ?? { shared: 0, onlyA: 1, onlyB: 1 },
        size: { from: 1, to: 1 },
        explained: one.explained ?? true,
        why: one.why ?? ['the same source repository, and packages only go forward'],
      },
    })),
    notCompared,
    feeds: feeds.map(({ name, checkedAt }) => ({ name, checkedAt: new Date(checkedAt) })),
  }
}

export function toFinding(written: WrittenFinding): Finding {
  return {
    records: [written.id],
    purl: `pkg:deb/debian/${written.sourceName.replace(/[^a-z0-9]/g, '-')}@1`,
    binaries: [written.sourceName],
    fixedIn: null,
    fix: written.fixedIn == null ? 'none-yet' : 'available',
    severity: 'unknown',
    severityFrom: 'none',
    vendorSeverity: null,
    cvss: null,
    kev: false,
    epss: null,
    evidence: [],
    published: null,
    ...written,
  }
}

function toPackage(written: WrittenPackage): PackageChange {
  const [name = '', from = '-', , to = '-'] = written.split(' ')
  return { type: 'deb', name, arch: 'amd64', sourceName: name, from: from === '-' ? null : from, to: to === '-' ? null : to }
}
