// Starts the reference PDS and its PLC directory, and where a database is named the AppView that serves notifications
// too; prints where the PDS is as one line of JSON, and ends with its stdin. Runs in the folder that tests/servers/install
// filled.
import net from 'node:net'

// They would listen on every interface of the machine.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  return typeof port === 'number'
    ? listen.call(this, { port, host: '127.0.0.1' }, ...rest.filter((each) => typeof each === 'function'))
    : listen.call(this, port, ...rest)
}

const { TestNetwork, TestNetworkNoAppView } = await import('@atproto/dev-env')
// As on Bluesky's own servers, the session says where the account lives.
const wanted = { pds: { enableDidDocWithSession: true } }
const network = await (process.env.DB_POSTGRES_URL ? TestNetwork : TestNetworkNoAppView).create(wanted)

console.log(JSON.stringify({ pds: network.pds.url, admin: network.pds.adminAuth() }))
process.stdin.on('end', async () => {
  await network.close()
  process.exit(0)
})
process.stdin.resume()
