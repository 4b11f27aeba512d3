// Speaks for wechatpay-axios-plugin: reads one JSON object per line, does what it says, answers with one.
'use strict';
const crypto = require('crypto');
const readline = require('readline');
const { Wechatpay, Rsa, Aes, Formatter } = require('wechatpay-axios-plugin');

let client;
const keys = {};

const deeds = {
  open: ({ credentials, certs, url }) => {
    const { mchid, serial, private_key: privateKey } = credentials;
    client = new Wechatpay({ mchid, serial, privateKey, certs, baseURL: `${url}/` });
    keys.merchant = Rsa.from(privateKey, Rsa.KEY_TYPE_PRIVATE);
    return true;
  },
  call: async ({ method, path, data, params, headers, values }) => {
    const config = { params: params || undefined, headers: headers || undefined, ...values };
    const resource = client.chain(path);
    try {
      const reply = await (method === 'GET' ? resource.get(config) : resource.post(data, config));
      return { status: reply.status, data: reply.data };
    } catch (error) {
      if (!error.response) throw error;
      return { status: error.response.status, data: error.response.data, code: error.code };
    }
  },
  file: async ({ path, params }) => {
    const reply = await client.chain(path).get({ params, responseType: 'arraybuffer', transformResponse: [] });
    const sha1 = crypto.createHash('sha1').update(reply.data).digest('hex');
    return { sha1, ...Formatter.castCsvBill(reply.data) };
  },
  authorization: ({ mchid, serial, method, url, timestamp, nonce, body }) => {
    const signature = Rsa.sign(Formatter.request(method, url, timestamp, nonce, body), keys.merchant);
    return { signature, header: Formatter.authorization(mchid, nonce, signature, timestamp, serial) };
  },
  sign: ({ lines }) => Rsa.sign(Formatter.joinedByLineFeed(...lines), keys.merchant),
  verify: ({ timestamp, nonce, body, signature, key }) => (
    Rsa.verify(Formatter.response(timestamp, nonce, body), signature, Rsa.from(key, Rsa.KEY_TYPE_PUBLIC))
  ),
  seal: ({ plain, key, nonce, associated }) => Aes.AesGcm.encrypt(plain, key, nonce, associated),
  open_sealed: ({ sealed, key, nonce, associated }) => Aes.AesGcm.decrypt(sealed, key, nonce, associated),
  encrypt: ({ text, key }) => Rsa.encrypt(text, Rsa.from(key, Rsa.KEY_TYPE_PUBLIC)),
  decrypt: ({ text }) => Rsa.decrypt(text, keys.merchant),
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    let answer;
    try {
      answer = { result: await deeds[asked.do](asked) };
    } catch (error) {
      answer = { error: `${error.code || error.name}: ${error.message}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
})();
