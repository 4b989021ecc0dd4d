/** Kustomize: kustomizations and components. */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { kustomizeUses } from './uses.ts'

/** `kustomization.yaml`, `kustomization.yml` and `Kustomization`. */
export const kustomize = yamlFormat({
  id: 'kustomize',
  matches: (path) => /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path),
  hints: /[iI]mage|repository/,
  compose: kustomizeUses,
})
