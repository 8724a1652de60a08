// Says which images a Dockerfile takes in and what its ADDs fetch, by BuildKit itself.
//
//	cd benchmarks/buildkit && go mod init oracle && go get github.com/moby/buildkit@v0.34.2
//	go build -o oracle .
//
// Reads base64 in JSON strings, one a Dockerfile; writes one line of JSON for each.
// Nothing is fetched: the resolver of images below only writes down what it is asked.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

type asked struct {
	mu   sync.Mutex
	refs map[string]bool
}

func (r *asked) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	r.mu.Lock()
	r.refs[ref] = true
	r.mu.Unlock()
	return ref, "", []byte(`{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]}}`), nil
}

type source struct {
	URL      string
	Checksum string
}

type answer struct {
	Images  []string
	Sources []source
	Syntax  string
	Error   string
}

func read(dt []byte) (o answer) {
	defer func() {
		if x := recover(); x != nil {
			o.Error = fmt.Sprint("panic ", x)
		}
	}()
	if s, _, _, ok := parser.DetectSyntax(dt); ok {
		o.Syntax = s
	}
	r := &asked{refs: map[string]bool{}}
	src := map[source]bool{}
	p := platforms.MustParse("linux/amd64")
	list, err := dockerfile2llb.ListTargets(context.TODO(), dt)
	n := 1
	if err == nil {
		n = len(list.Targets)
	}
	for i := 0; i < n; i++ {
		// Stages without a name cannot be asked for, but for the last.
		opt := dockerfile2llb.ConvertOpt{MetaResolver: r, AllStages: true, TargetPlatform: &p}
		opt.Config = dockerui.Config{BuildPlatforms: nil}
		if err == nil {
			opt.Config.Target = list.Targets[i].Name
			if opt.Config.Target == "" && i != n-1 {
				continue
			}
		}
		res, err := dockerfile2llb.Dockerfile2LLB(context.TODO(), dt, opt)
		if err != nil {
			o.Error = err.Error()
			break
		}
		def, err := res.State.Marshal(context.TODO(), llb.Platform(p))
		if err != nil {
			o.Error = err.Error()
			break
		}
		for _, d := range def.Def {
			var op pb.Op
			if err := op.UnmarshalVT(d); err != nil {
				continue
			}
			if s := op.GetSource(); s != nil && !strings.HasPrefix(s.Identifier, "docker-image://") && !strings.HasPrefix(s.Identifier, "local://") {
				checksum := s.Attrs[pb.AttrHTTPChecksum] + s.Attrs[pb.AttrGitChecksum]
				src[source{s.Identifier, checksum}] = true
			}
		}
	}
	for k := range r.refs {
		o.Images = append(o.Images, k)
	}
	for k := range src {
		o.Sources = append(o.Sources, k)
	}
	sort.Strings(o.Images)
	return o
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	w := bufio.NewWriter(os.Stdout)
	dec := json.NewDecoder(in)
	enc := json.NewEncoder(w)
	for dec.More() {
		var b []byte
		if err := dec.Decode(&b); err != nil {
			panic(err)
		}
		enc.Encode(read(b))
	}
	w.Flush()
}
