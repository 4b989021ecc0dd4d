/** Which addresses are public: the rule that the dialler holds against every address before it connects. */
import { BlockList, isIP } from 'node:net'

/** IANA's special-purpose IPv4 blocks (https://www.iana.org/assignments/iana-ipv4-special-registry), and Azure's metadata address, which looks public. */
const refused4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Inside 2000::/3: Teredo and other IETF assignments, documentation, 6to4 (carries an IPv4 address). */
const refused6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const blocked = new BlockList()
for (const block of [...refused4, ...refused6]) {
  const [network = '', bits = ''] = block.split('/')
  blocked.addSubnet(network, Number(bits), isIP(network) === 4 ? 'ipv4' : 'ipv6')
}
/** Global unicast. All the rest is refused: `::`, loopback, ULA, link-local, multicast, IPv4-mapped, NAT64 (64:ff9b::/96). */
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

/** True when `address` (an IP literal without brackets) may be dialled without the operator's word. Anything that is no address is not public. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !blocked.check(address, 'ipv4')
  return family === 6 && !address.includes('%') && global6.check(address, 'ipv6') && !blocked.check(address, 'ipv6')
}

/**
 * The operator's exceptions as one question. An entry is `host` (every port) or `host:port`, IPv6 in brackets; hosts are compared as text in lower case,
 * so an exception for a name covers whatever that name resolves to.
 */
export function exceptions(allowPrivate: readonly string[]): (hostname: string, port: string | number) => boolean {
  const entries = new Set(allowPrivate.map((entry) => plain(entry.trim().toLowerCase())))
  return (hostname, port) => {
    const host = plain(hostname.toLowerCase())
    return entries.has(host) || entries.has(`${host}:${port}`)
  }
}

function plain(host: string): string {
  return host.replace(/^\[(.*)\](?=:\d+$|$)/, '$1')
}
