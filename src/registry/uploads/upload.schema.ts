/** OpenAPI of the upload: one of `bundle` and `signature` comes with the package. */
export const UPLOAD_SCHEMA = {
  type: 'object' as const,
  required: ['package'],
  properties: {
    package: {
      type: 'string' as const,
      format: 'binary',
      description: 'The package: one YAML file (at most 1 MiB) or a .wpk.tgz (at most 20 MiB).',
    },
    bundle: {
      type: 'string' as const,
      format: 'binary',
      description:
        'The Sigstore bundle (JSON) written by `atomctl sign` or `cosign sign-blob --bundle`; at most 1 MiB.',
    },
    signature: {
      type: 'string' as const,
      description: 'Instead of a bundle: the base64 text written by `cosign sign-blob --output-signature`.',
      example: 'MEUCIQDk0f3m…',
    },
  },
};
