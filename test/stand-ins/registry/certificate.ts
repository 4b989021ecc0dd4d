/** A certificate for 127.0.0.1 and localhost, its own authority, and its key: worth nothing outside the tests. */

/** PEM, valid for a hundred years. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBqzCCAVGgAwIBAgIUSOcFFS1j8efmi0dwfyGxvXmpTz8wCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRVW5kZXJwaW4gc3RhbmQtaW4wIBcNMjYxMTIyMDIwMjA2WhgP
MjEyNjEwMjkwMjAyMDZaMBwxGjAYBgNVBAMMEVVuZGVycGluIHN0YW5kLWluMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE612OMwAX/VB9rI+1N6TfZWnGK+Fux7Ye
qdylW/d6ntGxhXp3Nuye3s850N/vSpYHXmE1+a9C/kyByqEgdw+8sqNvMG0wHQYD
VR0OBBYEFMEe8FoPGfOx6joNabg5hW1aDBXUMB8GA1UdIwQYMBaAFMEe8FoPGfOx
6joNabg5hW1aDBXUMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxo
b3N0hwR/AAABMAoGCCqGSM49BAMCA0gAMEUCIHkL7yB4+iYX2Rv75tdQsVV5+gFP
rUxi4dN2/Gpq23WmAiEArli5kzdeZhtlPgWw6t4eyqLeZI//vUfg7UI4prdbwz8=
-----END CERTIFICATE-----
`

/** PEM; public, so no secret. */
export const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQIU6xrCSI9sbbp84
75Vmp+x913wKBytxv7Xu2qLuJtahRANCAATrXY4zABf9UH2sj7U3pN9lacYr4W7H
th6p3KVb93qe0bGFenc27J7ezznQ3+9KlgdeYTX5r0L+TIHKoSB3D7yy
-----END PRIVATE KEY-----
`
