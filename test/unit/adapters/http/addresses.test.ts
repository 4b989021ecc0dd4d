/** Which addresses the dialler calls public, in every spelling that a URL can give them. */
import { expect, test } from 'vitest'
import { exceptions, isPublicAddress } from '../../../../src/adapters/http/addresses.ts'
import { client, serve } from './serve.ts'

const privateHosts = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '①②⑦.0.0.1',
  '127.0.0.1.',
  '0.0.0.0',
  '0',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.1.1',
  '100.64.0.1',
  '100.100.100.200',
  '169.254.169.254',
  '168.63.129.16',
  '192.0.0.192',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::a00:1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[2001::1]',
  '[2001:db8::1]',
  '[2002:7f00:1::]',
]

test.each(privateHosts)('http://%s/ is refused before anything is sent', async (literal) => {
  const http = client([])

  await expect(http.request({ url: `http://${literal}:9/`, maxBytes: 1 })).rejects.toMatchObject({ kind: 'invalid', message: /private or reserved address/ })
})

test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '192.0.3.1', '2606:4700::1111', '2a00:1450::1'])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test.each(['localhost', '', '1.2.3', 'fe80::1%eth0', '2606:4700::1%1'])('%j is no public address', (text) => {
  expect(isPublicAddress(text)).toBe(false)
})

test('an exception names a host with all its ports, or one port of it', () => {
  const may = exceptions(['Registry.corp', '127.0.0.1:5000', '[::1]:5000', '[fd00::1]'])

  expect(may('registry.corp', '443')).toBe(true)
  expect(may('127.0.0.1', '5000')).toBe(true)
  expect(may('127.0.0.1', '5001')).toBe(false)
  expect(may('::1', 5000)).toBe(true)
  expect(may('::1', 5001)).toBe(false)
  expect(may('fd00::1', 1)).toBe(true)
  expect(may('evil.registry.corp', '443')).toBe(false)
})

test('with its host listed, the very same private server is reached: the refusal was the guard', async () => {
  const { host } = await serve((_, response) => response.end('here'))

  expect((await client([host]).request({ url: `http://${host}/`, maxBytes: 10 })).body.toString()).toBe('here')
})
