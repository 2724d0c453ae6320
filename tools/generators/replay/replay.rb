# The replay of openapi-generator's Ruby client; run with its `lib` in the path.
require 'json'
require 'uri'
require 'openapi_client'

def or_error
  yield
rescue StandardError, NotImplementedError, SystemStackError => error
  { error: "#{error.class}: #{error.message}".gsub(/\s+/, ' ') }
end

def decode(name, value)
  return value unless OpenapiClient.const_defined?(name) # an object without members has no class

  model = OpenapiClient.const_get(name)
  model.respond_to?(:build_from_hash) ? model.build_from_hash(value) : model.build(value)
end

# Not by `to_hash`, which leaves null out of lists.
def encode(value)
  case value
  when Array then value.map { |item| encode(item) }
  when Hash then value.transform_values { |item| encode(item) }
  when OpenapiClient::ApiModelBase
    value.class.attribute_map.to_h { |attribute, name| [name, encode(value.send(attribute))] }
  else value
  end
end

# No server has this conversation.
def refusal
  OpenapiClient::MessagesApi.new.app_messages_list('00000000-0000-4000-8000-000000000000', user: 'replay')
rescue OpenapiClient::ApiError => refused
  body = OpenapiClient::ApiErrorBody.build_from_hash(JSON.parse(refused.response_body, symbolize_names: true))
  { status: refused.code, code: body.code }
end

File.open(ENV['REPLAY_RESULTS'], 'w') do |results|
  File.foreach(ENV['REPLAY_CORPUS']) do |text|
    line = JSON.parse(text)
    result = or_error do
      body = JSON.parse(line['body'], symbolize_names: true)
      decoded = line['list'] ? body.map { |item| decode(line['schema'], item) } : decode(line['schema'], body)
      { encoded: JSON.generate(encode(decoded)) }
    end
    results.puts(JSON.generate(result))
  end
  if ENV['DIFY_BASE_URL']
    address = URI(ENV['DIFY_BASE_URL'])
    OpenapiClient.configure do |client|
      client.scheme, client.host, client.base_path = address.scheme, "#{address.host}:#{address.port}", address.path
      client.server_index = nil
      client.access_token = ENV['DIFY_API_KEY']
    end
    file = File.new(ENV['REPLAY_FILE'])
    upload = or_error { OpenapiClient::FilesApi.new.app_files_upload(file, user: 'replay').to_hash }
    results.puts(JSON.generate(upload: upload), JSON.generate(refusal: or_error { refusal }))
  end
end
