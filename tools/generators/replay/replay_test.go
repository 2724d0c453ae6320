package openapi

// The replay of openapi-generator's Go client. `models` has the type of each component, by name.

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

type line struct {
	Schema, Body string
	List         bool
}

// Calls the server; of the Service API only.
var calls func(base string, report *json.Encoder)

func decode(line line) (encoded []byte, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%v", fault)
		}
	}()
	model, found := models[line.Schema]
	if !found { // an object without members has no type
		model = reflect.TypeOf((*interface{})(nil)).Elem()
	}
	if line.List {
		model = reflect.SliceOf(model)
	}
	decoded := reflect.New(model).Interface()
	if err = json.Unmarshal([]byte(line.Body), decoded); err != nil {
		return nil, err
	}
	return json.Marshal(decoded)
}

func TestReplay(t *testing.T) {
	corpus, err := os.Open(os.Getenv("REPLAY_CORPUS"))
	results, fault := os.Create(os.Getenv("REPLAY_RESULTS"))
	if err != nil || fault != nil {
		t.Fatal(err, fault)
	}
	report := json.NewEncoder(results)
	lines := bufio.NewScanner(corpus)
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		var line line
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		result := map[string]string{}
		if encoded, err := decode(line); err == nil {
			result["encoded"] = string(encoded)
		} else {
			result["error"] = strings.Join(strings.Fields(err.Error()), " ")
		}
		report.Encode(result)
	}
	if base := os.Getenv("DIFY_BASE_URL"); base != "" {
		calls(base, report)
	}
}
