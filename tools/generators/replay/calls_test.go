package openapi

// The calls of openapi-generator's Go client for the Service API: an upload, and a refusal.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

func init() {
	calls = func(base string, report *json.Encoder) {
		configuration := NewConfiguration()
		configuration.Servers = ServerConfigurations{{URL: base}}
		client := NewAPIClient(configuration)
		bearer := context.WithValue(context.Background(), ContextAccessToken, os.Getenv("DIFY_API_KEY"))
		report.Encode(map[string]interface{}{"upload": upload(client, bearer)})
		report.Encode(map[string]interface{}{"refusal": refusal(client, bearer)})
	}
}

func upload(client *APIClient, bearer context.Context) interface{} {
	file, err := os.Open(os.Getenv("REPLAY_FILE"))
	if err == nil {
		var uploaded *UploadedFile
		if uploaded, _, err = client.FilesAPI.AppFilesUpload(bearer).File(file).User("replay").Execute(); err == nil {
			return uploaded
		}
	}
	return map[string]string{"error": err.Error()}
}

// No server has this conversation.
func refusal(client *APIClient, bearer context.Context) interface{} {
	_, response, err := client.MessagesAPI.AppMessagesList(bearer).
		ConversationId("00000000-0000-4000-8000-000000000000").User("replay").Execute()
	var refused *GenericOpenAPIError
	if errors.As(err, &refused) {
		if body, typed := refused.Model().(ApiErrorBody); typed {
			return map[string]interface{}{"status": response.StatusCode, "code": body.GetCode()}
		}
	}
	return map[string]string{"error": fmt.Sprint(err)}
}
