// The client of orval for one document.
export default {
  dify: {
    input: process.env.REPLAY_DOCUMENT,
    output: { target: "dify.ts", client: "fetch", override: { useTypeOverInterfaces: true } },
  },
};
