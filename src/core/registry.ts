/**
 * The numbers and labels that the wire formats share: spec/registry.json in code. A test holds the two equal.
 */
export const FORMATS = {
  'piper/1.0-unsigned': 1,
  'piper/1.0': 2,
  'piper/1.1': 3,
  'piper/1.2': 4,
  'keep/1': 5,
} as const;

export type FormatName = keyof typeof FORMATS;

/** One label per signature, key derivation and associated data: no bytes made for one purpose pass for another. */
export const LABELS = {
  envelopeId: 'pipes/envelope-id/1',
  signingKey: 'pipes/identity/signing/1',
  agreementKey: 'pipes/identity/agreement/1',
  importedAgreementKey: 'pipes/identity/imported-agreement/1',
  profile: 'pipes/profile/1',
  admission: 'pipes/admission/1',
  logCertificate: 'pipes/log-certificate/1',
  logRevocation: 'pipes/log-revocation/1',
  sealedBlob: 'pipes/sealed-blob/1',
  aside: 'pipes/aside/1',
  syncFingerprint: 'pipes/sync/fingerprint/1',
  keyFile: 'pipes/key-file/1',
  storedSeed: 'pipes/stored-seed/1',
  safetyNumber: 'pipes/safety-number/1',
  piperWrap: 'piperchat/v1.2/wrap',
} as const;

export const LIMITS = {
  envelopeBytes: 262_144,
  packetBytes: 65_536,
  requestBytes: 2_097_152,
  blobBytes: 2_097_152,
  contentUnits: 4096,
  authorUnits: 64,
  attachments: 32,
  wraps: 1024,
  bodyBytes: 65_536,
  bodyTags: 64,
  sharedKeys: 1000,
  fileNameUnits: 256,
  fileTypeUnits: 128,
  chunkBytes: 1_048_576,
  manifestChunks: 1024,
  admissionRecords: 2048,
  logBlobBytes: 360_000,
  fileChunks: 11_000,
  chunksPerEntry: 60,
  packEnvelopeBytes: 262_144,
  packBytes: 327_680,
  packsPerEntry: 60,
  syncMessageBytes: 65_536,
  syncRanges: 4096,
  syncItems: 4096,
  profileNameUnits: 64,
  profileChannels: 256,
  listMessages: 500,
  streamHistory: 100,
  streamBufferBytes: 4_194_304,
  clockSkewMs: 300_000,
  duplicateWindowMs: 10_000,
} as const;
