/** `underpin refs DIR` on a tree of 2,000 mixed files, 20 MB: what a large monorepo looks like, most of it without images. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { measureNode, median, randomFrom } from './measure.mjs'

const main = path.resolve(import.meta.dirname, '../../dist/app/cli/main.js')

/** Seconds for the whole command on 2 cores, and megabytes of it and its children. */
const targets = { seconds: 5, megabytes: 300 }
const runs = 3

/** Runs the bench in `home`; gives how many targets were missed. */
export async function benchRefs(home) {
  const tree = path.join(home, 'tree')
  const { files, bytes, images } = plant(tree)
  const results = []
  for (let run = 0; run < runs; run++) results.push(await measureNode([main, 'refs', tree, '--json'], {}, path.join(home, 'used.json')))
  const found = JSON.parse(results[0].out).filter(({ reference }) => reference !== null).length
  const seconds = median(results.map((result) => result.seconds))
  const megabytes = Math.max(...results.map((result) => result.megabytes))
  console.log(`refs: ${files} files, ${(bytes / 1e6).toFixed(1)} MB, ${found} images found of ${images} planted`)
  for (const result of results)
    console.log(
      `  ${result.seconds.toFixed(2)} s, the command itself ${result.cpuSeconds.toFixed(2)} CPU seconds, ${result.megabytes.toFixed(0)} MB with its children`,
    )
  const missed = [seconds > targets.seconds, megabytes > targets.megabytes, found < images].filter(Boolean).length
  console.log(
    `  median ${seconds.toFixed(2)} s of ${targets.seconds} s, ${megabytes.toFixed(0)} MB of ${targets.megabytes} MB: ${missed === 0 ? 'met' : 'MISSED'}`,
  )
  return missed
}

/** Writes the tree; gives how many files and bytes, and how many images stand in them for sure. */
function plant(root) {
  const random = randomFrom(4)
  const pick = (list) => list[Math.floor(random() * list.length)]
  const words = ['alpha', 'image', 'build', 'server', 'quick', 'description', 'container', 'of', 'the', 'tag', 'value', 'service', 'when', 'is', 'set']
  const sentence = (count) => Array.from({ length: count }, () => pick(words)).join(' ')
  const image = () =>
    `${pick(['nginx', 'redis', 'ghcr.io/example/app', 'docker.io/library/postgres'])}:${Math.floor(random() * 20)}.${Math.floor(random() * 40)}`
  const total = { files: 0, bytes: 0, images: 0 }
  const put = (name, text, images = 0) => {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    total.files += 1
    total.bytes += Buffer.byteLength(text)
    total.images += images
  }
  const times = (count, write) => Array.from({ length: count }, (_, i) => write(i)).join('')
  const many = (count, write) => {
    for (let i = 0; i < count; i++) write(i)
  }
  const env = (count, indent) => times(count, (i) => `${indent}- name: SETTING_${i}\n${indent}  value: "${sentence(3)}"\n`)

  many(300, (i) =>
    put(`apps/${i}/Dockerfile`, `FROM ${image()} AS build\n${times(30, () => `RUN echo ${sentence(8)}\n`)}FROM ${image()}\nCOPY --from=build / /\n`, 2),
  )
  many(250, (i) =>
    put(
      `apps/${i}/docker-compose.yml`,
      `services:\n${times(10, (s) => `  s${s}:\n    image: ${image()}\n    restart: always # ${sentence(4)}\n    environment:\n${env(6, '      ')}    ports: ["80${s}:80"]\n`)}`,
      10,
    ),
  )
  const container = () =>
    `      - name: main\n        image: ${image()}\n        args:\n        - |\n          echo "${sentence(6)}"\n          exec ${sentence(5)}\n        env:\n${env(10, '        ')}        resources: {limits: {cpu: 100m, memory: "128Mi"}}\n`
  const deployment = (i) =>
    `---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-${i}\n  labels: {app: web}\nspec:\n  template:\n    metadata:\n      annotations:\n        note: ${sentence(6)}\n    spec:\n      containers:\n${container()}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c-${i}\ndata:\n${times(20, (n) => `  key.${n}: "${sentence(5)}"\n`)}`
  many(350, (i) => put(`deploy/${i}/app.yaml`, times(5, deployment), 5))
  const property = (i, depth) =>
    `${' '.repeat(depth)}field${i}:\n${' '.repeat(depth + 2)}description: ${sentence(12)}\n${' '.repeat(depth + 4)}${sentence(12)}\n${' '.repeat(depth + 2)}type: string\n${' '.repeat(depth + 2)}enum:\n${' '.repeat(depth + 2)}- A\n${' '.repeat(depth + 2)}- B\n`
  many(50, (i) =>
    put(
      `crds/${i}.yaml`,
      `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.example.com\nspec:\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        properties:\n${times(230, (n) => property(n, 10))}`,
    ),
  )
  many(180, (i) => {
    put(`charts/${i}/Chart.yaml`, `apiVersion: v2\nname: chart-${i}\nversion: 1.0.${i}\ndescription: ${sentence(8)}\n`)
    put(
      `charts/${i}/values.yaml`,
      `image:\n  repository: ghcr.io/example/app\n  tag: "1.${i}"\n  pullPolicy: IfNotPresent\n${times(60, (n) => `# ${sentence(10)}\nsetting${n}:\n  enabled: true\n  value: ${sentence(3)}\n`)}sidecar:\n  image: ${image()}\n`,
      2,
    )
    put(
      `charts/${i}/templates/deployment.yaml`,
      `{{- if .Values.enabled }}\napiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n${times(10, () => `      - name: x\n        image: {{ .Values.image.repository }}:{{ .Values.image.tag }}\n        args: [{{ .Values.args | quote }}]\n`)}{{- end }}\n`,
    )
  })
  many(150, (i) =>
    put(
      `.github/workflows/w${i}.yml`,
      `name: CI ${i}\non: [push]\njobs:\n${times(5, (j) => `  job${j}:\n    runs-on: ubuntu-latest\n    container: ${image()}\n    steps:\n${times(12, () => `      - uses: actions/checkout@v4\n        with: {fetch-depth: 0}\n      - run: |\n          ${sentence(8)}\n          ${sentence(8)}\n`)}`)}`,
      5,
    ),
  )
  many(60, (i) =>
    put(
      `ci/${i}/.gitlab-ci.yml`,
      `image: ${image()}\n${times(40, (j) => `job-${j}:\n  stage: test\n  script:\n    - ${sentence(8)}\n    - ${sentence(8)}\n`)}`,
      1,
    ),
  )
  many(40, (i) =>
    put(
      `dev/${i}/.devcontainer/devcontainer.json`,
      `// ${sentence(5)}\n{"image": "${image()}", "features": {}, "settings": {"a": ["${sentence(5)}",],},}\n`,
      1,
    ),
  )
  many(38, (i) =>
    put(
      `api/${i}/openapi.yaml`,
      `openapi: 3.0.0\ninfo: {title: x, version: "1"}\npaths:\n${times(240, (p) => `  /thing/${p}/image:\n    get:\n      summary: ${sentence(6)}\n      parameters:\n        - name: id\n          in: query\n          schema: {type: string}\n      responses:\n        "200":\n          description: ${sentence(8)}\n`)}`,
    ),
  )
  many(160, (i) =>
    put(
      `i18n/${i}.yml`,
      times(200, (k) => `  message_${k}: "${sentence(8)}"\n`),
    ),
  )
  many(8, (i) =>
    put(
      `web/${i}/pnpm-lock.yaml`,
      `lockfileVersion: '9.0'\npackages:\n${times(2200, (p) => `\n  '@scope/image-package-${p}@1.${p}.0':\n    resolution: {integrity: sha512-${'A'.repeat(86)}==}\n    engines: {node: '>=14'}\n`)}`,
    ),
  )
  many(54, (i) =>
    put(
      `config/${i}.yaml`,
      times(80, (k) => `key${k}:\n  - ${sentence(4)}\n  - ${sentence(4)}\n`),
    ),
  )
  return total
}
