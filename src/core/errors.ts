/**
 * Errors by whom they blame. Expected outcomes (a bad signature, a duplicate, an expired envelope)
 * are tagged unions instead; these are for what stops the work at hand.
 * Message form: "Cannot open bundle: expected version 1, got 3".
 */
export class PipesError extends Error {
  override readonly name: string = 'PipesError';
}

/** The caller asked for something that cannot be: a wrong argument, a closed peer. */
export class UsageError extends PipesError {
  override readonly name = 'UsageError';
}

/** Bytes from outside do not have the form that their format demands. `field` names the place. */
export class DecodeError extends PipesError {
  override readonly name = 'DecodeError';
  readonly field: string;
  constructor(field: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.field = field;
  }
}

/** Something authentic was required and is not: a seal, a passphrase, a signature of our own state. */
export class VerificationError extends PipesError {
  override readonly name = 'VerificationError';
}

/** The disk or the database failed. */
export class StorageError extends PipesError {
  override readonly name = 'StorageError';
}

/** Another machine answered with a failure, or not at all. `status` is its HTTP status where there is one. */
export class RemoteError extends PipesError {
  override readonly name = 'RemoteError';
  readonly status: number | undefined;
  constructor(message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.status = options?.status;
  }
}
