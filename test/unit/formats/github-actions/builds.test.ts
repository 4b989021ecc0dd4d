/** The builds that workflows and actions declare. */
import { describe, expect, it } from 'vitest'
import { githubActions } from '../../../../src/formats/github-actions/index.ts'

const path = '.github/workflows/ci.yml'

function buildsOf(text: string, file = path): readonly unknown[] {
  const { builds } = githubActions.read({ path: file, bytes: Buffer.from(text) }, { companions: [], builds: [] })
  return builds.map(({ dockerfile, target, args, contexts, platforms, line }) => ({
    dockerfile,
    line,
    ...(target === null ? {} : { target }),
    ...(args.length === 0 ? {} : { args: Object.fromEntries(args.map(({ name, value }) => [name, value?.text ?? null])) }),
    ...(contexts.length === 0 ? {} : { contexts: Object.fromEntries(contexts.map(({ name, value }) => [name, value?.text ?? null])) }),
    ...(platforms.length === 0 ? {} : { platforms }),
  }))
}

const job = (steps: string, above = ''): string => `jobs:\n  image:\n${above}    steps:\n${steps}`
const step = (inputs: string): string => `      - uses: docker/build-push-action@v6\n        with:\n${inputs.replaceAll(/^/gm, '          ')}\n`

describe('the Dockerfile of docker/build-push-action', () => {
  it.each([
    ['push: true', 'Dockerfile'],
    ['context: .', 'Dockerfile'],
    ['context: app/', 'app/Dockerfile'],
    ['context: ./app\nfile: ./docker/app.Dockerfile', 'docker/app.Dockerfile'],
    ['context: "{{defaultContext}}:app"', 'app/Dockerfile'],
    ['context: "{{ defaultContext }}:app"\nfile: x.Dockerfile', 'app/x.Dockerfile'],
    ['file: docker/x.Dockerfile', 'docker/x.Dockerfile'],
    ['context: ${{ github.workspace }}/app', 'app/Dockerfile'],
  ])('of %j is %s', (inputs, dockerfile) => expect(buildsOf(job(step(inputs)))).toEqual([{ dockerfile, line: 4 }]))

  it.each([
    'context: https://github.com/example/x.git',
    'context: ${{ inputs.context }}',
    'context: ../x',
    'context: /tmp/x',
    'file: ${{ steps.x.outputs.file }}',
  ])('of %j is not known', (inputs) => expect(buildsOf(job(step(inputs)))).toEqual([]))

  it('is looked for where the repo is checked out', () => {
    const checkout =
      '      - uses: actions/checkout@v4\n        with: {path: src}\n      - uses: actions/checkout@v4\n        with: {repository: example/other, path: other}\n'
    const found = buildsOf(job(checkout + step('context: src/app') + step('context: other') + step('context: .') + step('file: x.Dockerfile')))
    expect(found).toEqual([
      { dockerfile: 'app/Dockerfile', line: 8 },
      { dockerfile: 'x.Dockerfile', line: 17 },
    ])
  })

  it('is followed through the matrix', () => {
    const matrix = '    strategy:\n      matrix:\n        app: [a, b, c]\n        exclude: [{app: b}]\n        include: [{app: a, target: dev}, {app: d}]\n'
    const found = buildsOf(job(step('context: apps/${{ matrix.app }}\ntarget: ${{ matrix.target }}'), matrix))
    expect(found).toEqual(['a', 'c', 'd'].map((app) => ({ dockerfile: `apps/${app}/Dockerfile`, line: 9, ...(app === 'a' ? { target: 'dev' } : {}) })))
  })
})

describe('what is given to docker/build-push-action', () => {
  it('has the values that stand in the file', () => {
    const inputs =
      'build-args: |\n  A=1\n  B=${{ env.OUTER }}-${{ env.INNER }}\n  C=${{ secrets.C }}\n  "D=x,y"\n  # E=1\n  F="quoted"\n  A=2\nbuild-contexts: |\n  base=docker-image://alpine:3.20\n  src=./src\ntarget: dev\nplatforms: |\n  linux/amd64\n  linux/arm64'
    const text = `env:\n  OUTER: o\n${job(`${step(inputs)}        env: {INNER: i}\n`)}`
    expect(buildsOf(text)).toEqual([
      {
        dockerfile: 'Dockerfile',
        line: 6,
        target: 'dev',
        args: { A: '2', B: 'o-i', C: null, D: 'x,y', F: '"quoted"' },
        contexts: { base: 'alpine:3.20', src: null },
        platforms: ['linux/amd64', 'linux/arm64'],
      },
    ])
  })

  it('is not known where an earlier step writes the variable', () => {
    const writing = '      - run: echo "TAG=$(date)" >> "$GITHUB_ENV"\n'
    expect(buildsOf(`env: {TAG: '1', OTHER: '2'}\n${job(writing + step('build-args: |\n  A=${{ env.TAG }}\n  B=${{ env.OTHER }}'))}`)).toEqual([
      { dockerfile: 'Dockerfile', line: 6, args: { A: null, B: '2' } },
    ])
  })

  it('says no platforms where one of them is not known', () =>
    expect(buildsOf(job(step('platforms: linux/amd64,${{ inputs.more }}')))).toEqual([{ dockerfile: 'Dockerfile', line: 4 }]))
})

describe('other ways to build', () => {
  it('redhat-actions/buildah-build', () => {
    const text = job(
      '      - uses: redhat-actions/buildah-build@v2\n        with:\n          containerfiles: |\n            ./Containerfile\n            b/Dockerfile\n          archs: amd64, arm64\n          build-args: A=1\n',
    )
    const rest = { line: 4, args: { A: '1' }, platforms: ['linux/amd64', 'linux/arm64'] }
    expect(buildsOf(text)).toEqual([
      { dockerfile: 'Containerfile', ...rest },
      { dockerfile: 'b/Dockerfile', ...rest },
    ])
  })

  it('command lines, in the folder of the step, the job or the workflow', () => {
    const text = `defaults: {run: {working-directory: outer}}\n${job('      - run: docker build .\n      - run: docker build --build-arg A=${{ env.A }} --build-arg B=$A .\n        working-directory: inner\n        env: {A: x}\n      - run: docker build .\n        shell: pwsh\n')}`
    expect(buildsOf(text)).toEqual([
      { dockerfile: 'outer/Dockerfile', line: 5 },
      { dockerfile: 'inner/Dockerfile', line: 6, args: { A: 'x', B: 'x' } },
    ])
  })

  it('command lines with a value of the matrix', () => {
    const matrix = '    strategy:\n      matrix:\n        tag: ["3.19", "3.20"]\n'
    expect(buildsOf(job('      - run: docker build --build-arg A=${{ matrix.tag }} .\n', matrix))).toEqual([
      { dockerfile: 'Dockerfile', line: 7, args: { A: null } },
    ])
  })

  it('actions that are built from a Dockerfile, and composite actions in their folder', () => {
    expect(buildsOf('runs:\n  using: docker\n  image: ../x.Dockerfile\n', 'a/b/action.yml')).toEqual([{ dockerfile: 'a/x.Dockerfile', line: 3 }])
    const composite =
      'runs:\n  using: composite\n  steps:\n    - run: docker build ${{ github.action_path }}\n      shell: bash\n    - uses: docker/build-push-action@v6\n      with: {context: app}\n'
    expect(buildsOf(composite, 'a/action.yml')).toEqual([
      { dockerfile: 'a/Dockerfile', line: 4 },
      { dockerfile: 'app/Dockerfile', line: 6 },
    ])
  })
})
