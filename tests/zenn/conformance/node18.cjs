// What Zenn's packages take for granted and Node 18, Debian 12's, keeps in its modules.
globalThis.crypto ??= require("node:crypto").webcrypto;
globalThis.File ??= require("node:buffer").File;
