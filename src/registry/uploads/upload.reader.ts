import type { MultipartFile } from '@fastify/multipart';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { HttpError } from '../../platform/http/http.error.js';
import type { SignatureInput } from '../../wpk/index.js';
import { RegistryError, type RegistryErrorCode } from '../registry.error.js';
import { isPartName, MAX_SIGNATURES, PART_LIMITS, type PartName, type Upload } from './upload.js';

/** Bytes of all uploads that are being read or worked on at one time. Above it, callers are asked to come again. */
const MAX_BYTES_IN_FLIGHT = 96 * 1024 * 1024;

interface Part {
  readonly name: PartName;
  readonly bytes: Buffer;
}

export interface UploadOptions {
  /** A package that nobody signed is refused, unless somebody only wants to be told so. */
  readonly allowUnsigned?: boolean;
}

/** A sum of bytes with a bound. */
class Lease {
  bytes = 0;
}

/** Reads uploads part by part with limits; nothing is written to disk, and what is in memory at one time is bounded. */
@Injectable()
export class UploadReader {
  private inFlight = 0;

  /** Calls `use` with what the request brought; its bytes count as in flight until `use` is done. */
  async withUpload<Result>(
    request: FastifyRequest,
    use: (upload: Upload) => Promise<Result>,
    options: UploadOptions = {},
  ): Promise<Result> {
    if (!request.isMultipart()) {
      throw new HttpError('media-type-unsupported', 'Send multipart/form-data with the parts package and bundle.');
    }
    const lease = new Lease();
    try {
      return await use(toUpload(await this.readParts(request, lease), options));
    } finally {
      this.inFlight -= lease.bytes;
    }
  }

  private async readParts(request: FastifyRequest, lease: Lease): Promise<Part[]> {
    const parts: Part[] = [];
    try {
      for await (const part of request.parts(OPTIONS)) {
        if (part.type !== 'file') throw unexpected('The upload has a part that is not read here.');
        const name = nameOf(part, parts);
        parts.push({ name, bytes: await this.readPart(part, name, lease) });
      }
    } catch (cause) {
      if (cause instanceof RegistryError || cause instanceof HttpError) throw cause;
      throw new RegistryError('part-malformed', 'The multipart body is incomplete or malformed; send it again.', {
        cause,
      });
    }
    return parts;
  }

  private async readPart({ file }: MultipartFile, name: PartName, lease: Lease): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of file as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > PART_LIMITS[name]) throw tooLarge(name);
      this.take(chunk.length, lease);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  private take(bytes: number, lease: Lease): void {
    if (this.inFlight + bytes > MAX_BYTES_IN_FLIGHT) {
      throw new HttpError('too-many-requests', 'Too many uploads at the same time; try again in a few seconds.');
    }
    lease.bytes += bytes;
    this.inFlight += bytes;
  }
}

/** Every part is a stream, whatever it calls itself; sizes are counted while it is read. */
const OPTIONS = {
  isPartAFile: () => true,
  throwFileSizeLimit: false,
  limits: { fileSize: PART_LIMITS.package + 1, files: MAX_SIGNATURES + 2, parts: MAX_SIGNATURES + 4, headerPairs: 16 },
} as const;

function nameOf({ fieldname }: MultipartFile, parts: readonly Part[]): PartName {
  if (!isPartName(fieldname)) throw unexpected('Only the parts package, bundle and signature are read.');
  if (fieldname === 'package' && parts.some(({ name }) => name === 'package')) {
    throw unexpected("The part 'package' comes more than once.");
  }
  if (parts.filter(({ name }) => name !== 'package').length >= MAX_SIGNATURES) {
    throw unexpected(`At most ${MAX_SIGNATURES} signatures are read.`);
  }
  return fieldname;
}

function toUpload(parts: readonly Part[], { allowUnsigned = false }: UploadOptions): Upload {
  const bytes = parts.find(({ name }) => name === 'package')?.bytes;
  if (!bytes) {
    throw new RegistryError('part-missing', "The part 'package' is missing; it holds the bytes of the package.");
  }
  const signatures = parts.flatMap((part) => {
    if (part.name === 'package') return [];
    return [text(part.name, part.bytes, part.name === 'bundle' ? 'bundle-malformed' : 'signature-invalid')];
  });
  if (signatures.length > 0 || allowUnsigned) return { package: bytes, signatures };
  throw new RegistryError(
    'signature-missing',
    "The package is not signed; sign it with 'atomctl sign' or cosign and send the part 'bundle' (or 'signature').",
  );
}

function text(kind: SignatureInput['kind'], bytes: Buffer, code: RegistryErrorCode): SignatureInput {
  try {
    return { kind, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (cause) {
    throw new RegistryError(
      code,
      `The part '${kind}' is not UTF-8 text; send the file that was written when signing.`,
      { cause },
    );
  }
}

function unexpected(message: string): RegistryError {
  return new RegistryError('part-unexpected', message);
}

function tooLarge(name: PartName): RegistryError {
  const limit = `The part '${name}' is larger than ${PART_LIMITS[name]} bytes.`;
  return new RegistryError(name === 'package' ? 'package-too-large' : 'part-too-large', limit);
}
