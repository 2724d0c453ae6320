
// Redoc's words that it has options for.
window.difyLabels = {
  enum: '枚举值', enumSingleValue: '值', enumArray: '元素', default: '默认值', deprecated: '已弃用', example: '示例',
  examples: '示例', recursive: '递归', arrayOf: '数组，元素为 ', webhook: '事件', const: '值', noResultsFound: '没有结果',
  download: '下载', downloadSpecification: '下载 OpenAPI 文档', responses: '应答', callbackResponses: '回调应答',
  requestSamples: '请求示例', responseSamples: '应答示例',
};
// Its other words are replaced where they are a whole text, but not in descriptions, code and names of members.
(() => {
  const words = {
    'Search...': '搜索…', 'Authorizations:': '认证：', 'Request Body schema:': '请求体：', 'Response Schema:': '应答结构：',
    'Parameters': '参数', 'Response Headers': '应答头', 'required': '必填', 'Content type': '内容类型', 'Payload': '请求体',
    'Copy': '复制', 'Copied': '已复制', 'Expand all': '全部展开', 'Collapse all': '全部收起', 'Deprecated': '已弃用',
    'One of': '以下之一', 'Any of': '以下任意', 'any': '任意值', 'non-empty': '非空', 'unique': '不重复',
    'additional property': '其他成员', 'Security Scheme Type:': '认证方式：', 'HTTP Authorization Scheme:': 'HTTP 认证方案：',
    'Bearer format:': 'Bearer 格式：', 'License:': '许可证：', 'Example': '示例', 'Hide': '收起',
  };
  const units = { characters: '个字符', items: '个元素' };
  const skipped = '.redoc-markdown, .property-name, pre, code, script, style';
  const show = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      const text = node.nodeType === Node.TEXT_NODE ? node.data.trim() : '';
      const limit = text.match(/^([[<>=].*) (characters|items)$/);
      const word = Object.hasOwn(words, text) ? words[text] : limit && `${limit[1]} ${units[limit[2]]}`;
      if (word && !node.parentElement?.closest(skipped)) node.data = word;
    }
    const search = document.querySelector('#reference input[role=search], #reference .search-input');
    if (search && words[search.placeholder]) search.placeholder = words[search.placeholder];
  };
  const reference = document.getElementById('reference');
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'characterData') show(change.target);
      for (const node of change.addedNodes) show(node);
    }
  }).observe(reference, { childList: true, characterData: true, subtree: true });
})();
